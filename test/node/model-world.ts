import type {
  Checksum,
  Operation,
  Procedure,
  RemoteFiles,
  ScannedShard,
  TaskReport,
} from '../../src/node/index.js';

/** A file's content, and its checksum: they are the same here. */
type Content = number;

/** What the repository holds of one file: a `.part`, and whole files by the checksum in their name. */
export interface Stored {
  readonly part: Content | undefined;
  readonly whole: ReadonlyMap<Checksum, Content>;
}

export const NOTHING: Stored = { part: undefined, whole: new Map() };

/** The content of each file of a replica. */
export const contentOf = (shard: number, file: number): Content => shard * 1000 + file + 1;

/** The content of a bundle of so many files from one on. */
export const bundleOf = (shard: number, file: number, files: number): Content =>
  contentOf(shard, file) * 1000 + files;

/** What an operation on a file, or on a bundle, moves; and what is answered for it. */
function movedBy({ shard, file, files }: { shard: number; file: number; files?: number }) {
  if (files === undefined) return { content: contentOf(shard, file), answer: contentOf(shard, file) };
  const content = bundleOf(shard, file, files);
  const inside = Array.from({ length: files }, (_, n) => contentOf(shard, file + n));
  return { content, inside, answer: { checksum: content, files: inside } };
}

/** A node and a repository of the smallest kind: plain maps, operations at once, and a log of all of them. */
export class ModelWorld {
  readonly log: Operation[] = [];
  /** By `shard/file`. */
  readonly stored = new Map<string, Stored>();
  readonly staged = new Map<string, Content>();
  readonly fileCounts: ReadonlyMap<number, number>;
  /** Answers a listing with what is there when it is asked, rather than when it was made. */
  hasLiveListings = false;

  constructor(fileCounts: Readonly<Record<number, number>>) {
    this.fileCounts = new Map(Object.entries(fileCounts).map(([shard, files]) => [Number(shard), files]));
  }

  storedOf(shard: number, file: number): Stored {
    return this.stored.get(`${shard}/${file}`) ?? NOTHING;
  }

  /** Runs a task; `failAt` counts operations from 0, and that one fails instead of being carried out. */
  run(
    procedure: Procedure<TaskReport>,
    failAt = Infinity,
    failure = new Error('the disk is gone'),
  ): TaskReport {
    let next = procedure.next();
    for (let n = 0; !next.done; n++) {
      this.log.push(next.value);
      next = n === failAt ? procedure.throw(failure) : procedure.next(this.perform(next.value));
    }
    return next.value;
  }

  /** The log in short: `put 1/0`, `list 1`. */
  get told(): string[] {
    return this.log.map((operation) => {
      const { op } = operation;
      const place =
        'shard' in operation
          ? `${operation.shard}${'file' in operation ? `/${operation.file}${extent(operation.files)}` : ''}`
          : '';
      if (op === 'put') {
        const name = operation.checksum === undefined ? '.part' : `.${operation.checksum}`;
        return `put ${place}${name}${operation.hash ? ' hashing' : ''}`;
      }
      if (op === 'rename') return `rename ${place}.${operation.checksum}`;
      if (op === 'delete') return `delete ${place} but .${operation.keep}`;
      if (op === 'sweep') return op;
      if (op === 'drop') return `drop ${operation.jobId}`;
      return op === 'report' ? `report ${operation.shards}` : `${op} ${place}`;
    });
  }

  private perform(operation: Operation): unknown {
    switch (operation.op) {
      case 'link':
        return this.fileCounts.get(operation.shard);
      case 'scan':
        return this.scan(operation.shard);
      case 'check':
        return this.storedOf(operation.shard, operation.file).whole.has(operation.checksum);
      case 'list':
        return this.list(operation.shard);
      case 'hash':
        return movedBy(operation).answer;
      case 'put': {
        const { shard, file, checksum, hash } = operation;
        const { content, answer } = movedBy(operation);
        if (checksum === undefined) this.change(shard, file, { part: content });
        else this.addWhole(shard, file, checksum, content);
        return hash ? answer : undefined;
      }
      case 'rename': {
        const { shard, file, checksum } = operation;
        const { part } = this.storedOf(shard, file);
        if (part === undefined) throw new Error(`no .part of ${shard}/${file} to rename`);
        this.addWhole(shard, file, checksum, part);
        this.change(shard, file, { part: undefined });
        return undefined;
      }
      case 'delete': {
        const { shard, file, keep } = operation;
        const kept = this.storedOf(shard, file).whole.get(keep);
        if (kept === undefined) throw new Error(`deleting all of ${shard}/${file}`);
        this.change(shard, file, { part: undefined, whole: new Map([[keep, kept]]) });
        return undefined;
      }
      case 'get': {
        const { content, inside = [content] } = movedBy(operation);
        inside.forEach((each, n) => this.staged.set(`${operation.shard}/${operation.file + n}`, each));
        return operation.files === undefined ? content : inside;
      }
      default:
        return undefined;
    }
  }

  private scan(shard: number): ScannedShard {
    return {
      files: this.fileCounts.get(shard) ?? 0,
      sizeBytes: () => 1,
      writtenChecksum: (file) => contentOf(shard, file),
    };
  }

  private list(shard: number): RemoteFiles {
    const then = this.hasLiveListings ? this.stored : new Map(this.stored);
    const of = (file: number): Stored => then.get(`${shard}/${file}`) ?? NOTHING;
    return {
      has: (file, checksum) => of(file).whole.has(checksum),
      hasTraces: (file) => of(file).part !== undefined || of(file).whole.size > 0,
      hasOthers: (file, checksum) =>
        of(file).part !== undefined || [...of(file).whole.keys()].some((c) => c !== checksum),
    };
  }

  /** A name with a checksum must never stand for other bytes. */
  private addWhole(shard: number, file: number, checksum: Checksum, content: Content): void {
    if (checksum !== content)
      throw new Error(`${shard}/${file} has content ${content} under the name ${checksum}`);
    this.change(shard, file, { whole: new Map(this.storedOf(shard, file).whole).set(checksum, content) });
  }

  private change(shard: number, file: number, changes: Partial<Stored>): void {
    this.stored.set(`${shard}/${file}`, { ...this.storedOf(shard, file), ...changes });
  }
}

/** `+3`: and so many after it. */
const extent = (files: number | undefined): string => (files === undefined ? '' : `+${files - 1}`);
