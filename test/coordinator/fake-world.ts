import { Catalog, evenPlacement } from '../../src/catalog/index.js';
import { DrillError } from '../../src/base/errors.js';
import { randomStream } from '../../src/base/random.js';
import {
  Coordinator,
  failure,
  memoryJournal,
  success,
  type Answer,
  type JobContext,
  type Journal,
  type Outcome,
  type Reply,
  type RepositoryOperation,
  type Session,
  type World,
} from '../../src/coordinator/index.js';
import type { EngineSettings, Job } from '../../src/job/index.js';
import { checksumText, type NodeTask, type TaskReport } from '../../src/node/index.js';
import { decodeInfo, decodeMeta, infoPath, metaPath } from '../../src/repository/index.js';
import { parseStatement } from '../../src/sql/index.js';
import { settings } from '../job/driver.js';

/** Something that the world has still to do, and will do when the test says so. */
export interface Pending {
  readonly what: string;
  readonly task?: NodeTask;
  readonly operation?: RepositoryOperation;
  /** When it may happen at the earliest. */
  readonly atMs: number;
  /** Does it and answers; with an error, answers that instead. */
  readonly happen: (error?: DrillError) => void;
}

/** A world in which nothing happens by itself: whatever it is asked for waits in `pending`, to be let happen in any order. */
export class FakeWorld implements World {
  readonly isReliable = true;
  readonly pending: Pending[] = [];
  readonly aborted: number[] = [];
  /** Jobs that nobody is interested in any more. */
  readonly forgotten: number[] = [];
  readonly documents = new Map<string, string>();
  /** What nodes hold of jobs: `node/job`. */
  readonly held = new Set<string>();
  readonly mounted = new Set<string>();
  /** Repositories that are there. */
  readonly created = new Set(['repo', 'vault']);
  readonly sent: { readonly task: NodeTask; readonly job: JobContext }[] = [];
  /** Operations on repositories, in the order asked for. */
  readonly asked: string[] = [];
  readonly #catalog: Catalog;
  nowMs = 0;
  /** Answers everything but timers within the call that asks for it. */
  isSynchronous = false;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  now(): number {
    return this.nowMs;
  }

  wallClockMs(): number {
    return 1_577_836_800_000 + this.nowMs;
  }

  wakeAt(atMs: number, callback: () => void): void {
    this.#later({ what: `wake ${atMs}`, atMs, happen: () => callback() });
  }

  ask: World['ask'] = (_node, _generation, tasks, answer) => answer(tasks.map(() => ({ state: 'running' })));

  send(task: NodeTask, job: JobContext, answer: Answer<TaskReport>): void {
    this.sent.push({ task, job });
    const key = `${task.node}/${task.jobId}`;
    const happen = (error?: DrillError): void => {
      if (error) return answer(failure(error));
      if (task.kind === 'release') this.held.delete(key);
      else if (!this.aborted.includes(task.jobId)) this.held.add(key);
      answer(success({ movedFiles: 0, skippedFiles: 0, ...this.#checksums(task) }));
    };
    this.#soon({ what: task.kind, task, atMs: this.nowMs, happen });
  }

  abort(jobId: number): void {
    this.aborted.push(jobId);
  }

  limit(): void {}

  forget(jobId: number): void {
    this.forgotten.push(jobId);
  }

  mount(repository: string): void {
    this.mounted.add(repository);
  }

  unmount(repository: string): void {
    this.mounted.delete(repository);
  }

  perform: World['perform'] = (operation, answer) => {
    const { op, repository } = operation;
    this.asked.push('path' in operation ? `${op} ${operation.path.split('/').at(-1)}` : op);
    const happen = (error?: DrillError): void => {
      if (error) return answer(failure(error));
      let outcome: Outcome<unknown>;
      try {
        outcome = success(this.#act(operation));
      } catch (problem) {
        outcome = failure(problem);
      }
      answer(outcome as never);
    };
    this.#soon({ what: `${op} ${repository}`, operation, atMs: this.nowMs, happen });
  };

  /** Lets one pending thing happen: the first that `matches`. */
  let(matches: (pending: Pending) => boolean, error?: DrillError): void {
    const i = this.pending.findIndex(matches);
    if (i < 0)
      throw new Error(`nothing such is pending among ${this.pending.map(({ what }) => what).join(', ')}`);
    this.take(i, error);
  }

  take(i: number, error?: DrillError): void {
    const [next] = this.pending.splice(i, 1);
    this.nowMs = Math.max(this.nowMs, next!.atMs);
    next!.happen(error);
  }

  /** Lets everything happen in the order asked for, but timers of later only when nothing else is left. */
  settle(isDone: () => boolean = () => false): void {
    for (let steps = 0; this.pending.length > 0 && !isDone(); steps++) {
      if (steps > 10_000) throw new Error('this goes on for ever');
      const first = this.pending.reduce((best, next, i, all) => (next.atMs < all[best]!.atMs ? i : best), 0);
      this.take(first);
    }
  }

  labelFiles(label: string): string[] {
    return [...this.documents.keys()].filter((path) => path.includes(`/__ss_${label}/`));
  }

  infoOf(label: string): string[] {
    return this.labelFiles(label).filter((path) => path.includes('/__info_'));
  }

  #soon(pending: Pending): void {
    if (this.isSynchronous) pending.happen();
    else this.#later(pending);
  }

  #later(pending: Pending): void {
    this.pending.push(pending);
  }

  #checksums(task: NodeTask): Pick<TaskReport, 'checksums'> {
    if (task.kind !== 'upload') return {};
    const { shards } = this.#catalog;
    const checksums = Array.from(task.shards, (shard) =>
      Array.from({ length: shards.fileCount(shard) }, (_, file) =>
        checksumText(shards.firstFile[shard]! + file),
      ),
    );
    return { checksums };
  }

  #act(operation: RepositoryOperation): unknown {
    switch (operation.op) {
      case 'open': {
        const { repository, create } = operation;
        if (this.created.has(repository)) return { created: false };
        if (!create) throw new DrillError('REPOSITORY_UNREADABLE', `there is no repository ${repository}`);
        this.created.add(repository);
        return { created: true };
      }
      case 'list':
        return [
          ...new Set([...this.documents.keys()].map((path) => path.split('/__ss_')[1]!.split('/')[0]!)),
        ].map((label) => ({
          label,
          timestamps: this.infoOf(label).map((path) => path.split('/__info_')[1]!),
        }));
      case 'drop': {
        const files = this.labelFiles(operation.label);
        for (const path of files) this.documents.delete(path);
        return { removedFiles: files.length };
      }
      case 'inspect': {
        const timestamps = this.infoOf(operation.label).map((path) => path.split('/__info_')[1]!);
        return { timestamps, hasFiles: this.labelFiles(operation.label).length > 0 };
      }
      case 'write': {
        const text = operation.text();
        this.documents.set(operation.path, text);
        return { sizeBytes: text.length };
      }
      case 'retract':
        this.documents.delete(operation.path);
        return undefined;
      case 'prune':
        operation.info();
        return { removedFiles: 0 };
      case 'read': {
        const { repository, label } = operation;
        const timestamp = operation.timestamp ?? this.infoOf(label)[0]!.split('/__info_')[1]!;
        const [info, meta] = [infoPath(repository, label, timestamp), metaPath(repository, label)];
        return {
          info: decodeInfo(this.documents.get(info)!, info),
          meta: decodeMeta(this.documents.get(meta)!, meta),
        };
      }
    }
  }
}

export interface FakeCluster {
  readonly catalog: Catalog;
  readonly world: FakeWorld;
  readonly coordinator: Coordinator;
  /** Every job state that was told, as `id STATE`. */
  readonly changes: string[];
  readonly execute: (text: string, session?: Session) => readonly Outcome<Reply>[];
  /** Starts a statement and lets the world do no more than accept it. */
  readonly accept: (text: string, session?: Session) => number;
  readonly job: (jobId: number) => Job;
}

export interface FakeClusterOptions {
  readonly engine?: Partial<EngineSettings>;
  readonly journal?: Journal;
  readonly onChange?: (job: Job) => void;
}

export const NODES = 3;

const STORAGE = { kind: 'local', directory: '/backups', durable: true } as const;

/** Three nodes, databases `db` and `other` of one table each, and repositories `repo` and `vault`, which is read only. */
export function fakeCluster(options: FakeClusterOptions = {}): FakeCluster {
  const catalog = new Catalog(Array.from({ length: NODES }, (_, i) => `be-${i + 1}`));
  for (const name of ['db', 'other']) addDatabase(catalog, name);
  const world = new FakeWorld(catalog);
  const changes: string[] = [];
  const coordinator = new Coordinator({
    catalog,
    world,
    settings: settings({ minTimeoutMs: 0, ...options.engine }),
    journal: options.journal ?? memoryJournal(),
    placement: evenPlacement(NODES, randomStream('1', 'restore')),
    repositories: [
      { name: 'repo', readOnly: false, spec: STORAGE },
      { name: 'vault', readOnly: true, spec: STORAGE },
    ],
    onBroken: () => changes.push('broken'),
    onChange(job) {
      changes.push(`${job.id} ${job.state}`);
      options.onChange?.(job);
    },
  });
  coordinator.start();
  const execute = (text: string, session: Session = {}): readonly Outcome<Reply>[] => {
    const answers: Outcome<Reply>[] = [];
    coordinator.execute(parseStatement(text), session, (outcome) => answers.push(outcome));
    return answers;
  };
  return {
    catalog,
    world,
    coordinator,
    changes,
    execute,
    accept(text, session) {
      const answers = execute(text, session);
      if (answers.length === 0) world.let(({ operation }) => operation?.op === 'inspect');
      const [answer] = answers;
      if (!answer?.ok) throw new Error(`refused: ${answer?.error.message}`);
      if (answer.value.kind !== 'accepted') throw new Error(`answered with ${answer.value.kind}`);
      return answer.value.jobId;
    },
    job: (jobId) => coordinator.job(jobId)!,
  };
}

/** A table of two partitions, with a rollup in each, and a view: twelve shards of two files each. */
function addDatabase(catalog: Catalog, name: string): void {
  const database = catalog.createDatabase(name);
  const place = evenPlacement(NODES, randomStream(name, 'placement'));
  const shard = () => ({ fileSizeBytes: [4096, 1_000_000], replicaNodes: place(2) });
  const partitions = ['p1', 'p2'].map((partition) => ({
    name: partition,
    version: 2,
    indexes: [
      { name: 't', base: true, buckets: 4, shard },
      { name: 'r', base: false, buckets: 2, shard },
    ],
  }));
  catalog.createTable(database, { name: 't', replication: 2, partitions });
  catalog.createView(database, 'v', 'SELECT 1');
}

export const brokenStorage = (message = 'connection reset'): DrillError =>
  new DrillError('STORAGE_FAILED', message);
