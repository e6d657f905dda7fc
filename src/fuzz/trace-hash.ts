import type { Seen } from '../world/virtual/witness.js';

/** A run's trace in two words of 32 bits: the same run has the same, and another one hardly ever. */
export type Hash = readonly [number, number];

const numberBits = new Float64Array(1);
const numberWords = new Uint32Array(numberBits.buffer);

/**
 * Folds all that is seen of a run into two independent words, number by number and letter by letter: cheap, so that many runs
 * can be compared with their repetition without keeping either.
 */
export class TraceHash {
  private first = 0x811c9dc5;
  private second = 0x9747b28c;

  see(seen: Seen): void {
    this.text(seen.kind);
    this.number(seen.atMs);
    switch (seen.kind) {
      case 'operation':
        this.number(seen.startMs);
        this.number(seen.task.node);
        this.number(seen.task.jobId);
        this.number(seen.task.taskId);
        this.number(seen.task.attempt);
        this.number(seen.generation);
        this.text(seen.label);
        this.value(seen.operation);
        this.value(seen.answer);
        this.text(seen.error?.code ?? '');
        break;
      case 'task':
        this.text(seen.task.kind);
        this.number(seen.task.node);
        this.number(seen.task.jobId);
        this.number(seen.task.taskId);
        this.number(seen.task.attempt);
        this.number(seen.generation);
        this.text(seen.event);
        break;
      case 'request':
        this.value(seen.by);
        break;
      case 'document':
        this.text(seen.op);
        this.text(seen.path);
        break;
      case 'dropped':
        this.text(seen.label);
        break;
      case 'journal':
        for (const change of seen.changes) {
          this.text(change.kind);
          if (change.kind === 'generation') this.number(change.generation);
          if (change.kind !== 'job') continue;
          this.number(change.job.id);
          this.number(change.job.states.length);
          this.text(change.job.states.at(-1)!.state);
          this.text(change.job.error?.code ?? '');
        }
        break;
      case 'coordinator':
        this.text(seen.event);
        this.number(seen.generation);
        break;
      case 'fault':
        this.text(seen.fault.kind);
        this.text(seen.event);
        break;
      case 'asked':
        this.number(seen.node);
        break;
      case 'message':
        this.number(seen.node);
        this.text(seen.fate);
        break;
    }
  }

  get hash(): Hash {
    return [this.first >>> 0, this.second >>> 0];
  }

  /** Numbers and texts, and what is in an object of them; functions say nothing. */
  private value(value: unknown): void {
    if (typeof value === 'number') this.number(value);
    else if (typeof value === 'string') this.text(value);
    else if (typeof value === 'boolean') this.word(value ? 3 : 5);
    else if (typeof value === 'object' && value !== null) {
      if (ArrayBuffer.isView(value)) {
        for (const word of value as Int32Array) this.word(word);
        return;
      }
      for (const key in value) this.value((value as Record<string, unknown>)[key]);
    }
  }

  private number(value: number): void {
    if (Number.isInteger(value) && value >= 0 && value < 2 ** 31) {
      this.word(value);
      return;
    }
    numberBits[0] = value;
    this.word(numberWords[0]!);
    this.word(numberWords[1]!);
  }

  private text(text: string): void {
    for (let i = 0; i < text.length; i++) this.word(text.charCodeAt(i));
    this.word(0x7fff_fff1);
  }

  /** FNV-1a over words, and the mixing step of MurmurHash3. */
  private word(word: number): void {
    this.first = Math.imul(this.first ^ word, 0x01000193);
    this.first ^= this.first >>> 15;
    let mixed = Math.imul(word, 0xcc9e2d51);
    mixed = (mixed << 15) | (mixed >>> 17);
    const second = this.second ^ Math.imul(mixed, 0x1b873593);
    this.second = (Math.imul((second << 13) | (second >>> 19), 5) + 0xe6546b64) | 0;
  }
}
