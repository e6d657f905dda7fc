import type { Fault } from '../world/faults.js';
import type { Seen, Witness } from '../world/virtual/witness.js';
import { AllOrNothing } from './checkers/all-or-nothing.js';
import { Exclusion } from './checkers/exclusion.js';
import { Fencing } from './checkers/fencing.js';
import { FileOrder } from './checkers/file-order.js';
import { Kept } from './checkers/kept.js';
import { JournalFirst } from './checkers/journal-first.js';
import { Limits } from './checkers/limits.js';
import { NoInternal } from './checkers/no-internal.js';
import { NoResend } from './checkers/no-resend.js';
import { OneCopy } from './checkers/one-copy.js';
import { Residue } from './checkers/residue.js';
import { Selection } from './checkers/selection.js';
import { States } from './checkers/states.js';
import { Termination } from './checkers/termination.js';
import { Versions } from './checkers/versions.js';
import type { Checker } from './checker.js';
import { Coverage, type Tally } from './coverage.js';
import { JobLog } from './job-log.js';
import type { ManifestReader } from './manifest.js';
import { Panel } from './panel.js';
import type { Scene, Stage } from './scene.js';
import type { TraceHash } from './trace-hash.js';

/** Everyone who watches one cluster of a case. */
export interface Watch {
  readonly witness: Witness;
  readonly log: JobLog;
  readonly panel: Panel;
  /** Faults that have begun. */
  readonly begun: readonly Fault[];
  /** Nodes that lost their disks after a restore had put something into place there. */
  readonly emptied: ReadonlySet<number>;
}

export interface WatchOptions {
  readonly scene: Scene;
  readonly stage: Stage;
  readonly manifests: ManifestReader;
  readonly tally: Tally;
  readonly hash: TraceHash | undefined;
  /** Whether the cluster is the one that is backed up, or one that is restored into. */
  readonly isSource: boolean;
}

export function watch({ scene, stage, manifests, tally, hash, isSource }: WatchOptions): Watch {
  const log = new JobLog();
  const panel = new Panel(log, [
    ...checkersOfAny(scene, stage, log),
    ...(isSource ? checkersOfBackups(scene, stage, log) : []),
  ]);
  const coverage = new Coverage(tally);
  const begun: Fault[] = [];
  const filled = new Set<number>();
  const emptied = new Set<number>();
  const witness = (seen: Seen): void => {
    coverage.see(seen);
    hash?.see(seen);
    if (seen.kind === 'fault' && seen.event === 'begun') {
      begun.push(seen.fault);
      if (seen.fault.kind === 'node-crash' && seen.fault.disk === 'lost' && filled.has(seen.fault.node))
        emptied.add(seen.fault.node);
    } else if (seen.kind === 'operation' && seen.operation.op === 'install') {
      filled.add(seen.task.node);
      emptied.delete(seen.task.node);
    }
    if (seen.kind === 'document') manifests.changed(seen.path);
    panel.see(seen);
  };
  return { witness, log, panel, begun, emptied };
}

const checkersOfAny = (scene: Scene, stage: Stage, log: JobLog): Checker[] => [
  new NoInternal(),
  new Exclusion(),
  new States(),
  new JournalFirst(log),
  new Limits(scene),
  new Termination(scene, log),
  new Residue(scene, stage),
  new Fencing(scene.scenario.engine.lostAfterMs),
];

const checkersOfBackups = (scene: Scene, stage: Stage, log: JobLog): Checker[] => [
  new AllOrNothing(scene, stage, log),
  new Selection(scene, stage, log),
  new FileOrder(scene),
  new NoResend(scene),
  new OneCopy(scene),
  new Kept(log),
  new Versions(scene),
];
