import type { StoredJob } from '../../src/coordinator/index.js';
import type { Checker, Violation } from '../../src/fuzz/checker.js';
import { backupText, FIRST_LABEL, type BackupSpec, type FuzzCase } from '../../src/fuzz/fuzz-case.js';
import { JobLog } from '../../src/fuzz/job-log.js';
import { readManifest } from '../../src/fuzz/manifest.js';
import { Panel } from '../../src/fuzz/panel.js';
import {
  contentText,
  directoryOf,
  fileNameOf,
  sceneOf,
  type Scene,
  type Stage,
} from '../../src/fuzz/scene.js';
import type { NodeTask, Operation, UploadTask } from '../../src/node/index.js';
import { generateCatalog, type Scenario } from '../../src/scenario/index.js';
import type { Fault } from '../../src/world/faults.js';
import type { Seen } from '../../src/world/virtual/witness.js';
import { olapTable, scenario } from '../fixtures/scenarios.js';

export const ALL: BackupSpec = {
  database: 'example_db',
  selected: { kind: 'all', tables: [] },
  content: 'all',
};

export const JOB = 20_001;
export const INFO = '__palo_repository_example_repo/__ss_label1/__info_2020-01-01-00-00-00';

/** One table `t`: a partition with two shards of two files each, on two nodes; every shard has a replica on both. */
export function sceneFor(changes: Partial<Scenario> = {}, more: Partial<FuzzCase> = {}): Scene {
  const base = scenario({
    databases: [
      {
        name: 'example_db',
        tables: [olapTable('t', { partitions: 1, buckets: 2, files: 1, replication: 2 })],
      },
    ],
    ...changes,
    cluster: changes.cluster ?? { ...scenario().cluster, nodes: scenario().cluster.nodes.slice(0, 2) },
  });
  const fuzzCase: FuzzCase = {
    seed: '1',
    scenario: { ...base, statement: { text: backupText(ALL, FIRST_LABEL), line: 1 } },
    backup: ALL,
    brokenReplicas: [],
    meanwhile: [],
    afterCancel: 'nothing',
    ...more,
  };
  return sceneOf(fuzzCase, generateCatalog(base));
}

/** A repository and nodes that hold what a test says. */
export class FakeStage implements Stage {
  readonly files = new Map<string, string>();
  readonly documents = new Map<string, string>();
  readonly specs = new Map([[FIRST_LABEL, { spec: ALL, askedAtMs: 9 }]]);
  readonly dropped = new Set<string>();
  isClean = true;
  readonly installed: number[] = [];

  readonly repository: Stage['repository'] = {
    contents: () => new Map(this.files),
    timestampsOf: (label) => this.timestamps(label),
    listings: () => [{ label: FIRST_LABEL, timestamps: this.timestamps(FIRST_LABEL) }],
  };

  readonly manifestAt: Stage['manifestAt'] = (path) => {
    const text = this.documents.get(path);
    return text === undefined ? undefined : readManifest(text);
  };

  get nodes(): Stage['nodes'] {
    return { isClean: this.isClean, installedShards: (node) => (node === 0 ? this.installed : []) };
  }

  /** Every file of the scene's shards, as they should be, and a manifest that names them. */
  fill(scene: Scene): void {
    for (const shard of scene.shards)
      for (let file = 0; file < shard.files; file++) {
        const content = contentText(shard.firstFile + file);
        this.files.set(pathOf(scene, shard.shard, file), content);
      }
    this.publish(scene);
  }

  publish(scene: Scene): void {
    this.documents.set(INFO, manifestText(scene));
  }

  private timestamps(label: string): string[] {
    return [...this.documents.keys()].flatMap((path) => {
      const match = /__ss_([^/]+)\/__info_(.+)$/.exec(path);
      return match?.[1] === label ? [match[2]!] : [];
    });
  }
}

export function pathOf(scene: Scene, shard: number, file: number, content?: number): string {
  const found = scene.shards.find((s) => s.shard === shard)!;
  const name = fileNameOf(found, file);
  return `${directoryOf(scene, FIRST_LABEL)}/${found.directory}/${name}.${contentText(content ?? found.firstFile + file)}`;
}

function manifestText(scene: Scene): string {
  const table = scene.catalog.database('example_db').tables.get('t')!;
  if (!('partitions' in table)) throw new Error('no table t');
  return JSON.stringify({
    databaseId: scene.catalog.database('example_db').id,
    content: 'all',
    skippedTables: [],
    views: [],
    tables: [
      {
        id: table.id,
        name: 't',
        partitions: table.partitions.map(({ id, name, indexes }) => ({
          id,
          name,
          indexes: indexes.map((index) => ({
            id: index.id,
            shards: scene.shards.map((shard) => ({
              id: shard.id,
              files: Array.from({ length: shard.files }, (_, file) => ({
                name: fileNameOf(shard, file),
                checksum: contentText(shard.firstFile + file),
              })),
            })),
          })),
        })),
      },
    ],
  });
}

const STATES = [
  'PENDING',
  'SNAPSHOTING',
  'UPLOAD_SNAPSHOT',
  'UPLOADING',
  'SAVE_META',
  'UPLOAD_INFO',
  'FINISHED',
] as const;
export type State = (typeof STATES)[number];

/** A backup as the journal has it when it has come as far as a state. */
export function stored(state: State | 'CANCELLED', changes: Partial<StoredJob> = {}): StoredJob {
  const way =
    state === 'CANCELLED' ? (['PENDING', 'CANCELLED'] as const) : STATES.slice(0, STATES.indexOf(state) + 1);
  return {
    id: JOB,
    statement: '',
    label: FIRST_LABEL,
    databaseId: 1,
    database: 'example_db',
    repository: 'example_repo',
    createdAtMs: 0,
    timeoutMs: 60_000,
    states: way.map((name) => ({ state: name, atMs: 0 })),
    restarts: 0,
    objects: '',
    skippedTables: [],
    totals: { shards: 2, files: 4, sizeBytes: 1 },
    detail: {
      kind: 'backup',
      content: 'all',
      canRename: true,
      backupTime: '2020-01-01-00-00-00',
      leftovers: false,
    },
    ...changes,
  };
}

export const journal = (job: StoredJob, atMs = 0): Seen => ({
  kind: 'journal',
  atMs,
  changes: [{ kind: 'job', job }],
});

export const upload = (changes: Partial<UploadTask> = {}): UploadTask => ({
  kind: 'upload',
  taskId: 1,
  jobId: JOB,
  node: 0,
  attempt: 1,
  shards: Int32Array.of(0),
  relink: false,
  checkSource: true,
  probe: true,
  rename: true,
  onePass: false,
  ...changes,
});

export const begun = (task: NodeTask, atMs = 0, generation = 1): Seen => at(task, 'begun', atMs, generation);

export const at = (
  task: NodeTask,
  event: Extract<Seen, { kind: 'task' }>['event'],
  atMs: number,
  generation = 1,
): Seen => ({ kind: 'task', atMs, task, generation, event });

/** An operation that began when the one before it was over. */
export const did = (
  task: NodeTask,
  operation: Operation,
  answer?: unknown,
  atMs = 1,
  startMs = atMs,
  generation = 1,
): Seen => ({
  kind: 'operation',
  atMs,
  startMs,
  task,
  generation,
  label: FIRST_LABEL,
  operation,
  answer,
  error: undefined,
});

export const fault = (what: Fault, atMs = 0, event: 'begun' | 'ended' = 'begun'): Seen => ({
  kind: 'fault',
  atMs,
  fault: what,
  event,
});

/** Shows a trace to a checker, and has it say what was wrong. */
export function judge(
  make: (log: JobLog) => Checker,
  trace: readonly Seen[],
  nowMs = 1000,
): readonly Violation[] {
  const log = new JobLog();
  const panel = new Panel(log, [make(log)]);
  for (const seen of trace) panel.see(seen);
  return panel.end({ nowMs });
}
