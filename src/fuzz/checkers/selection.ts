import type { Seen } from '../../world/virtual/witness.js';
import { Checker, type Final } from '../checker.js';
import { expectedOf, type Dropped, type Expected } from '../expected.js';
import type { JobLog, LoggedJob } from '../job-log.js';
import { objectsOfShard } from '../objects.js';
import {
  contentText,
  directoryOf,
  infoPathOf,
  shardAt,
  type AskedBackup,
  type Scene,
  type SceneShard,
  type Stage,
} from '../scene.js';

/**
 * A snapshot that is shown holds exactly what its statement selects: the repository has those files, one copy each, and nothing
 * else under its label. What a table that was dropped meanwhile makes of it depends on when the statement was bound: when it
 * was accepted, or when a coordinator took the job up.
 */
export class Selection extends Checker {
  readonly name = 'selection';
  readonly kinds = ['fault', 'coordinator'] as const;
  private readonly scene: Scene;
  private readonly stage: Stage;
  private readonly log: JobLog;
  private readonly drops: Dropped[] = [];
  private readonly bornAtMs: number[] = [];
  /** Ordinals of files that are not everywhere what was written, as the case has it. */
  private readonly corrupt = new Set<number>();

  constructor(scene: Scene, stage: Stage, log: JobLog) {
    super();
    this.scene = scene;
    this.stage = stage;
    this.log = log;
    for (const fault of scene.scenario.faults ?? []) {
      const struck = fault.kind === 'file-corrupt' ? shardAt(scene, fault.shard) : undefined;
      if (struck && fault.kind === 'file-corrupt') this.corrupt.add(struck.firstFile + fault.file);
    }
  }

  see(seen: Seen): void {
    if (seen.kind === 'coordinator') {
      if (seen.event === 'born') this.bornAtMs.push(seen.atMs);
      return;
    }
    if (seen.kind !== 'fault' || seen.event !== 'begun' || seen.fault.kind !== 'table-dropped') return;
    this.drops.push({ ...seen.fault, atMs: seen.atMs });
  }

  protected override judge({ nowMs }: Final): void {
    for (const job of this.log.jobs.values()) {
      if (job.kind !== 'backup' || job.state !== 'FINISHED' || this.stage.dropped.has(job.label)) continue;
      this.check(job, nowMs);
    }
  }

  private check(job: LoggedJob, nowMs: number): void {
    const asked = this.stage.specs.get(job.label);
    if (!asked) return this.wrong(nowMs, `nobody asked for the snapshot ${job.label}`);
    const [timestamp] = this.stage.repository.timestampsOf(job.label);
    const manifest = this.stage.manifestAt(infoPathOf(this.scene, job.label, timestamp ?? ''));
    // That it is shown is another checker's.
    if (!manifest) return undefined;
    const names = [
      ...manifest.tables.map(({ name }) => name),
      ...manifest.views.map(({ name }) => name),
      ...manifest.skippedTables.map((name) => name.split(' ')[0]!),
    ].sort();
    const ids = manifest.tables
      .flatMap((t) => t.partitions.flatMap((p) => p.indexes.flatMap((i) => i.shards.map(({ id }) => id))))
      .sort((a, b) => a - b);
    const candidates = this.candidates(job, asked);
    const expected = candidates.find((candidate) => isIt(candidate, names, ids));
    if (!expected) {
      const { tables, views, skipped, shards } = candidates[0]!;
      const wanted = `${[...tables, ...views, ...skipped].join(', ')} with ${shards.length} shards`;
      return this.wrong(
        nowMs,
        `${job.label} holds ${names.join(', ')} with ${ids.length} shards, not ${wanted}`,
      );
    }
    return this.compareFiles(job.label, expected.shards, nowMs);
  }

  /** What it may hold, by how much of what was dropped in the end was gone when it was bound, between these moments. */
  private candidates(job: LoggedJob, { spec, askedAtMs }: AskedBackup): Expected[] {
    const lastMs = Math.max(job.firstAtMs, ...this.bornAtMs.filter((atMs) => atMs <= (job.endedAtMs ?? 0)));
    // Asked for again after that, it is not known when it was asked for first.
    const sinceMs = askedAtMs <= job.firstAtMs ? askedAtMs : 0;
    const least = this.drops.filter(({ atMs }) => atMs < sinceMs).length;
    const most = this.drops.filter(({ atMs }) => atMs <= lastMs).length;
    const candidates: Expected[] = [];
    for (let gone = least; gone <= most; gone++)
      candidates.push(expectedOf(this.scene, spec, this.drops.slice(0, gone)));
    return candidates;
  }

  private compareFiles(label: string, shards: readonly SceneShard[], nowMs: number): void {
    const there = new Set(this.stage.repository.contents(label).keys());
    const directory = directoryOf(this.scene, label);
    for (const shard of shards) {
      for (const { name: own, files } of objectsOfShard(this.scene, shard)) {
        const name = `${directory}/${shard.directory}/${own}`;
        // A bundle in which all is right has its first file's ordinal as its content.
        if (there.delete(`${name}.${contentText(shard.firstFile + files[0]!)}`)) continue;
        const other =
          files.some((file) => this.mayBeCorrupt(shard, file)) &&
          [...there].find((path) => path.startsWith(`${name}.`));
        if (other === false || other === undefined)
          this.wrong(nowMs, `${name} is not there as it was written`);
        else there.delete(other);
      }
    }
    for (const path of there) this.wrong(nowMs, `${path} is there, and no part of what was selected`);
  }

  /** An engine that does not hold its sources against what was written backs up what it finds. */
  private mayBeCorrupt(shard: SceneShard, file: number): boolean {
    return !this.scene.scenario.engine.checkSource && this.corrupt.has(shard.firstFile + file);
  }
}

function isIt(
  { tables, views, skipped, shards }: Expected,
  names: readonly string[],
  ids: readonly number[],
): boolean {
  const wanted = [...tables, ...views, ...skipped].sort();
  const wantedIds = shards.map(({ id }) => id).sort((a, b) => a - b);
  return (
    wanted.length === names.length &&
    wanted.every((name, i) => name === names[i]) &&
    wantedIds.length === ids.length &&
    wantedIds.every((id, i) => id === ids[i])
  );
}
