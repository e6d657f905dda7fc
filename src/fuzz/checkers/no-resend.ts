import type { BundleSums } from '../../node/index.js';
import type { Seen } from '../../world/virtual/witness.js';
import { Checker } from '../checker.js';
import type { Scene } from '../scene.js';
import { tryKey } from '../try-key.js';

/** What a file, or a bundle, was read as. */
const contentOf = (answer: unknown): unknown =>
  typeof answer === 'object' && answer !== null ? (answer as BundleSums).checksum : answer;

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
  readonly kinds = ['operation', 'task', 'journal', 'dropped', 'fault'] as const;
  private readonly scene: Scene;
  /** By label, then by file, then by content: since when it is there, whole. */
  private readonly wholeSinceMs = new Map<string, Map<string, Map<string, number>>>();
  private readonly tries = new Map<string, Try>();
  private readonly knownJobs = new Set<number>();
  /** How long a message may have been on its way. */
  private readonly latestMs: number;
  /** How many faults make listings stale now. */
  private stale = 0;
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
        this.stale += seen.event === 'begun' ? 1 : -1;
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
      case 'dropped':
        this.wholeSinceMs.delete(seen.label);
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
    const { operation, task } = seen;
    const tried = this.tries.get(tryKey(task, seen.generation));
    if (!tried || seen.error) return;
    if (operation.op === 'list') {
      const isOld = this.stale > 0 || this.wasStaleAtMs >= seen.startMs;
      tried.listedAtMs.set(operation.shard, isOld ? -Infinity : seen.startMs);
    }
    if (!('file' in operation)) return;
    const file = `file ${this.scene.catalog.shards.firstFile[operation.shard]! + operation.file}`;
    switch (operation.op) {
      case 'check':
        if (seen.answer === true) tried.there.add(`${file} with content ${operation.checksum}`);
        break;
      case 'put':
        // What was sent is known by its end; whoever sends what is there has read it before, and could know.
        this.sent(seen, tried, operation.shard, file, String(operation.checksum ?? contentOf(seen.answer)));
        if (operation.checksum !== undefined) this.whole(seen, file, String(operation.checksum));
        break;
      case 'rename':
        this.whole(seen, file, String(operation.checksum));
        break;
      case 'delete':
        for (const content of this.contentsOf(seen.label, file).keys())
          if (content !== String(operation.keep)) this.contentsOf(seen.label, file).delete(content);
        break;
      default:
    }
  }

  private sent(
    { label, task, atMs }: OperationSeen,
    tried: Try,
    shard: number,
    file: string,
    content: string,
  ): void {
    // Who did not list goes by what was so when the task was sent.
    const knowsSinceMs = tried.listedAtMs.get(shard) ?? tried.beganAtMs - this.latestMs;
    const wholeSinceMs = this.contentsOf(label, file).get(content) ?? Infinity;
    const key = `${file} with content ${content}`;
    if (tried.there.has(key) || wholeSinceMs < knowsSinceMs)
      this.wrong(atMs, `node ${task.node} sent ${key} of shard ${shard} again, which ${label} had already`);
  }

  private whole({ label, atMs }: OperationSeen, file: string, content: string): void {
    const contents = this.contentsOf(label, file);
    if (!contents.has(content)) contents.set(content, atMs);
  }

  private contentsOf(label: string, file: string): Map<string, number> {
    let files = this.wholeSinceMs.get(label);
    if (!files) this.wholeSinceMs.set(label, (files = new Map()));
    let contents = files.get(file);
    if (!contents) files.set(file, (contents = new Map()));
    return contents;
  }
}

/** The most that faults may hold up a message. */
function lateness({ scenario: { faults = [] } }: Scene): number {
  let sumMs = 0;
  for (const fault of faults) if (fault.kind === 'messages') sumMs += fault.lateMs;
  return sumMs;
}
