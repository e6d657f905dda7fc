import type { BundleSums, Checksum, NodeTask, OneObject, ScannedShard } from '../../node/index.js';
import type { Seen } from '../../world/virtual/witness.js';
import { Checker } from '../checker.js';
import { shardAt, type Scene } from '../scene.js';
import { tryKey } from '../try-key.js';

type OperationSeen = Extract<Seen, { kind: 'operation' }>;

/** What one try of an upload has done with the shard that it is at. */
interface AtShard {
  isScanned: boolean;
  readonly hashed: Map<number, Checksum>;
  /** Of `.part` files that were written: their content, and when they were whole. */
  readonly parts: Map<number, { readonly content: Checksum | undefined; readonly atMs: number }>;
  /** Files, and bundles by their first file, that are in the repository under their final name. */
  readonly placed: Map<number, Checksum>;
  /** How many files are in these. */
  placedFiles: number;
  /** Whether some of their names may be lost in a power failure. */
  hasUnsynced: boolean;
}

/**
 * In which order an upload deals with a file: nothing is sent without a whole snapshot, nothing renamed before it is written,
 * nothing removed or reported before the file is in place, nor finished before its name is synced; and what a final name says is what was written to the source.
 */
export class FileOrder extends Checker {
  readonly name = 'file-order';
  readonly kinds = ['operation', 'task'] as const;
  private readonly scene: Scene;
  /** Tries of uploads at work, by task, and in it by shard. */
  private readonly tries = new Map<string, Map<number, AtShard>>();
  /** By node and ordinal of the file: what is damaged there. */
  private readonly corrupt = new Set<string>();

  constructor(scene: Scene) {
    super();
    this.scene = scene;
    for (const fault of scene.scenario.faults ?? []) {
      if (fault.kind !== 'file-corrupt') continue;
      const struck = shardAt(scene, fault.shard);
      if (struck) this.corrupt.add(`${fault.node}/${struck.firstFile + fault.file}`);
    }
  }

  see(seen: Seen): void {
    if (seen.kind === 'task') {
      if (seen.task.kind !== 'upload') return;
      const key = tryKey(seen.task, seen.generation);
      if (seen.event === 'begun') this.tries.set(key, new Map());
      else {
        if (seen.event === 'finished') this.finished(seen.task, this.tries.get(key), seen.atMs);
        this.tries.delete(key);
      }
      return;
    }
    if (seen.kind !== 'operation' || seen.task.kind !== 'upload' || seen.error) return;
    this.done(seen);
  }

  private done(seen: OperationSeen): void {
    const { operation, task, atMs } = seen;
    const shards = this.tries.get(tryKey(task, seen.generation));
    if (!shards) return this.wrong(atMs, `node ${task.node} is at task ${task.taskId}, which it never began`);
    if (!('shard' in operation)) return undefined;
    let at = shards.get(operation.shard);
    if (!at) {
      at = {
        isScanned: false,
        hashed: new Map(),
        parts: new Map(),
        placed: new Map(),
        placedFiles: 0,
        hasUnsynced: false,
      };
      shards.set(operation.shard, at);
    }
    switch (operation.op) {
      case 'scan':
        at.isScanned = (seen.answer as ScannedShard | undefined) !== undefined;
        return undefined;
      case 'hash':
        at.hashed.set(operation.file, contentOf(seen.answer));
        return this.requireScan(at, seen);
      case 'check':
        if (seen.answer === true) add(at, operation, operation.checksum);
        return undefined;
      case 'put':
        return this.put(at, seen, operation);
      case 'rename':
        return this.renamed(at, seen, operation);
      case 'sync':
        at.hasUnsynced = false;
        return undefined;
      case 'delete':
        if (at.placed.get(operation.file) !== operation.keep)
          this.wrong(atMs, `${nameOf(seen)}: other content was removed before the right one was in place`);
        return undefined;
      default:
        return undefined;
    }
  }

  private requireScan(at: AtShard, seen: OperationSeen): void {
    if (!at.isScanned) this.wrong(seen.atMs, `${nameOf(seen)}: there is no whole snapshot to read from`);
  }

  private put(
    at: AtShard,
    seen: OperationSeen,
    operation: Extract<OperationSeen['operation'], { op: 'put' }>,
  ): void {
    const { file, checksum, hash } = operation;
    this.requireScan(at, seen);
    if (checksum === undefined) {
      if (!this.canRename) this.wrong(seen.atMs, `${nameOf(seen)}: a .part where nothing can be renamed`);
      const content = hash ? contentOf(seen.answer) : at.hashed.get(file);
      at.parts.set(file, { content, atMs: seen.atMs });
      return;
    }
    if (this.canRename)
      this.wrong(seen.atMs, `${nameOf(seen)}: written under its final name where it could be seen half`);
    if (at.hashed.get(file) !== checksum)
      this.wrong(seen.atMs, `${nameOf(seen)}: named ${checksum}, and read as ${at.hashed.get(file)}`);
    this.place(at, seen, operation, checksum);
  }

  private renamed(
    at: AtShard,
    seen: OperationSeen,
    operation: Extract<OperationSeen['operation'], { op: 'rename' }>,
  ): void {
    const { file, checksum } = operation;
    const part = at.parts.get(file);
    if (!part || part.atMs > seen.startMs)
      this.wrong(seen.atMs, `${nameOf(seen)}: renamed before all of it was written`);
    else if (part.content !== checksum)
      this.wrong(seen.atMs, `${nameOf(seen)}: named ${checksum}, and it holds ${part.content}`);
    at.parts.delete(file);
    this.place(at, seen, operation, checksum);
  }

  /** The final name: it must be the one of what was once written to the replica. */
  private place(
    at: AtShard,
    seen: OperationSeen,
    operation: OneObject & { readonly shard: number },
    checksum: Checksum,
  ): void {
    const { shard, file, files = 1 } = operation;
    add(at, operation, checksum);
    const right = this.scene.catalog.shards.firstFile[shard]! + file;
    if (checksum === right) return;
    const isCorrupt = Array.from({ length: files }, (_, n) => `${seen.task.node}/${right + n}`).some((key) =>
      this.corrupt.has(key),
    );
    const mayBeOther = !this.scene.scenario.engine.checkSource && isCorrupt;
    if (!mayBeOther) this.wrong(seen.atMs, `${nameOf(seen)}: got the name of other content (${checksum})`);
  }

  private get canRename(): boolean {
    return this.scene.scenario.repository.type === 'local';
  }

  private finished(task: NodeTask, shards: ReadonlyMap<number, AtShard> | undefined, atMs: number): void {
    if (task.kind !== 'upload') return;
    const { firstFile } = this.scene.catalog.shards;
    for (const shard of task.shards) {
      const files = firstFile[shard + 1]! - firstFile[shard]!;
      const at = shards?.get(shard);
      const placed = at?.placedFiles ?? 0;
      if (at?.hasUnsynced && this.canRename)
        this.wrong(atMs, `task ${task.taskId} has finished, and names of shard ${shard} may be lost`);
      if (placed !== files)
        this.wrong(
          atMs,
          `task ${task.taskId} has finished with ${placed} of ${files} files of shard ${shard}`,
        );
    }
  }
}

function add(at: AtShard, { file, files = 1 }: OneObject, checksum: Checksum): void {
  if (!at.placed.has(file)) at.placedFiles += files;
  at.placed.set(file, checksum);
  // Also one that an earlier try has renamed.
  at.hasUnsynced = true;
}

/** What a file, or a bundle, was read as. */
const contentOf = (answer: unknown): Checksum =>
  typeof answer === 'object' && answer !== null ? (answer as BundleSums).checksum : (answer as Checksum);

function nameOf({ task, operation }: OperationSeen): string {
  const file = 'file' in operation ? ` file ${operation.file}` : '';
  const shard = 'shard' in operation ? ` of shard ${operation.shard}` : '';
  return `node ${task.node}, ${operation.op}${file}${shard}`;
}
