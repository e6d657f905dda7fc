import type { Seen } from '../../world/virtual/witness.js';
import { Checker } from '../checker.js';
import type { Scene } from '../scene.js';
import { tryKey } from '../try-key.js';

type OperationSeen = Extract<Seen, { kind: 'operation' }>;

/** One try of an upload: since when it can know what the repository holds. */
interface Try {
  readonly beganAtMs: number;
  /** By shard, when it was listed. */
  readonly listedAtMs: Map<number, number>;
  /** Files that it was told are there. */
  readonly there: Set<string>;
}

/** What the repository holds with the right content is not sent again by whoever could know it. */
export class NoResend extends Checker {
  readonly name = 'no-resend';
  readonly kinds = ['operation', 'task', 'journal', 'fault'] as const;
  private readonly scene: Scene;
  /** By label, then by ordinal of the file and its content: since when it is there, whole. */
  private readonly wholeSinceMs = new Map<string, Map<string, number>>();
  private readonly tries = new Map<string, Try>();
  private readonly knownJobs = new Set<number>();
  /** How long a message may have been on its way. */
  private readonly latestMs: number;
  private isStale = false;
  private wasStaleAtMs = -Infinity;

  constructor(scene: Scene) {
    super();
    this.scene = scene;
    this.latestMs = lateness(scene);
  }

  see(seen: Seen): void {
    switch (seen.kind) {
      case 'fault':
        if (seen.fault.kind !== 'stale-listing') break;
        this.isStale = seen.event === 'begun';
        this.wasStaleAtMs = seen.atMs;
        break;
      case 'journal':
        for (const change of seen.changes) {
          if (change.kind !== 'job' || this.knownJobs.has(change.job.id)) continue;
          const { id, label, detail } = change.job;
          this.knownJobs.add(id);
          // Nothing was there when it was accepted, whatever once was.
          if (detail.kind === 'backup' && !detail.leftovers) this.wholeSinceMs.delete(label);
        }
        break;
      case 'task':
        if (seen.task.kind !== 'upload') break;
        if (seen.event === 'begun')
          this.tries.set(tryKey(seen.task, seen.generation), {
            beganAtMs: seen.atMs,
            listedAtMs: new Map(),
            there: new Set(),
          });
        else this.tries.delete(tryKey(seen.task, seen.generation));
        break;
      case 'operation':
        if (seen.task.kind === 'upload') this.done(seen);
        break;
      default:
    }
  }

  private done(seen: OperationSeen): void {
    const { operation, task, atMs } = seen;
    const tried = this.tries.get(tryKey(task, seen.generation));
    if (!tried) return;
    if (operation.op === 'list' && !seen.error) {
      const isOld = this.isStale || this.wasStaleAtMs >= seen.startMs;
      tried.listedAtMs.set(operation.shard, isOld ? -Infinity : seen.startMs);
    } else if (operation.op === 'check' && !seen.error && seen.answer === true) {
      tried.there.add(this.keyOf(operation.shard, operation.file, operation.checksum));
    } else if (operation.op === 'put' && !seen.error) {
      // What was sent is known by its end; whoever sends what is there has read it before, and could know.
      const key = this.keyOf(operation.shard, operation.file, operation.checksum ?? seen.answer);
      this.sent(seen, tried, operation.shard, key);
      if (operation.checksum !== undefined) this.whole(seen.label, key, atMs);
    } else if (operation.op === 'rename' && !seen.error) {
      this.whole(seen.label, this.keyOf(operation.shard, operation.file, operation.checksum), atMs);
    }
  }

  private sent({ label, task, atMs }: OperationSeen, tried: Try, shard: number, key: string): void {
    // Who did not list goes by what was so when the task was sent.
    const knowsSinceMs = tried.listedAtMs.get(shard) ?? tried.beganAtMs - this.latestMs;
    const wholeSinceMs = this.wholeSinceMs.get(label)?.get(key) ?? Infinity;
    if (tried.there.has(key) || wholeSinceMs < knowsSinceMs)
      this.wrong(atMs, `node ${task.node} sent ${key} of shard ${shard} again, which ${label} had already`);
  }

  private whole(label: string, key: string, atMs: number): void {
    let files = this.wholeSinceMs.get(label);
    if (!files) this.wholeSinceMs.set(label, (files = new Map()));
    if (!files.has(key)) files.set(key, atMs);
  }

  private keyOf(shard: number, file: number, content: unknown): string {
    return `file ${this.scene.catalog.shards.firstFile[shard]! + file} with content ${String(content)}`;
  }
}

/** The most that faults may hold up a message. */
function lateness({ scenario: { faults = [] } }: Scene): number {
  let sumMs = 0;
  for (const fault of faults) if (fault.kind === 'messages') sumMs += fault.lateMs;
  return sumMs;
}
