import { BLOCK_BYTES, GROUP_LANES, pointerOffset, STATE_WORDS, stateOffset, type Kernels } from './kernel.js';
import { CONTROL, LANE_BYTES, placeAt, REQUEST, WORD_BYTES, type SharedMd5 } from './shared-md5.js';
import { webAssembly } from './web-assembly.js';

/** What becomes of a request. */
const STATUS = { done: 0, wanted: 1, called: 2, taken: 3 } as const;

const MOST_LANES = 2 * GROUP_LANES;
const FIRST_STATE = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476] as const;
/** A pass takes a millisecond or two: who leads one for longer is dead, or has no core and is not missed. */
const PATIENCE_MS = 50;
/** How long a leader waits at a time, how often, and for which part of those who went together lately. */
const PAUSE_MS = 0.1;
const MOST_PAUSES = 3;
const ENOUGH = 0.75;
/** For a thread that has begun with someone's blocks. */
const MOST_TIMEOUTS = 20;

/**
 * A thread's place among those that hash together. Each moves its own file and stops where a chunk of it is to be hashed; the
 * first to come leads a pass, which takes the chunks of up to eight threads at once. While it is under way the others come to wait
 * for the next: the busier they are, the more go together.
 *
 * A thread may be ended at any moment. Whoever has waited for too long passes by who leads, or gives its request up and makes it
 * again at once, by itself: what a dead or a late thread still does to the old request concerns nobody.
 */
export class Md5Lanes {
  /** What is to be hashed lies here, from its start. */
  readonly buffer: Uint8Array;
  private readonly file: Sum;
  private readonly part: Sum;
  private readonly words: Int32Array;
  private readonly kernels: Kernels;
  private readonly shared: SharedMd5;
  private readonly own: number;
  private readonly desk: number;
  private readonly data: number;
  private othersNow: readonly number[] = [];
  private isAlone = false;

  private constructor(shared: SharedMd5, place: number) {
    const { memory, module } = shared;
    const { requests, desk, data, partEnd } = placeAt(place);
    this.shared = shared;
    this.own = place;
    this.words = new Int32Array(memory.buffer);
    this.file = sumAt(requests[0], data);
    this.part = sumAt(requests[1], partEnd);
    this.desk = desk;
    this.data = data;
    this.buffer = new Uint8Array(memory.buffer, data, LANE_BYTES);
    this.kernels = new webAssembly.Instance(module, { host: { memory } }).exports as Kernels;
  }

  /** Takes a place for this thread; undefined if none is left. */
  static join(shared: SharedMd5): Md5Lanes | undefined {
    const place = Atomics.add(new Int32Array(shared.memory.buffer), CONTROL.places, 1);
    return place < shared.places ? new Md5Lanes(shared, place) : undefined;
  }

  begin(): void {
    this.file.state.set(FIRST_STATE);
  }

  /** Begins a part of a file, which has an MD5 of its own. */
  beginPart(): void {
    this.part.state.set(FIRST_STATE);
  }

  /** Hashes the first so many blocks of the buffer, together with what other threads have; into the part as well, if asked. */
  add(blocks: number, isOfPart = false): void {
    if (blocks === 0) return;
    const sums = isOfPart ? [this.file, this.part] : [this.file];
    if (this.isAlone) for (const sum of sums) this.hashAlone(sum, blocks, this.data);
    else this.hashTogether(sums, blocks);
  }

  /** Ends it, with so many bytes from `from` in the buffer on, fewer than a block, of a file of `sizeBytes`. 32 hex digits. */
  end(from: number, sizeBytes: number): string {
    return this.endOf(this.file, from, sizeBytes);
  }

  /** The same for the part. The buffer stays as it is. */
  endPart(from: number, sizeBytes: number): string {
    return this.endOf(this.part, from, sizeBytes);
  }

  private endOf(sum: Sum, from: number, sizeBytes: number): string {
    const tailBytes = sizeBytes % BLOCK_BYTES;
    const bytes = new Uint8Array(this.shared.memory.buffer, sum.end, 2 * BLOCK_BYTES);
    bytes.set(this.buffer.subarray(from, from + tailBytes));
    const blocks = tailBytes + 9 > BLOCK_BYTES ? 2 : 1;
    const endBytes = blocks * BLOCK_BYTES;
    bytes.fill(0, tailBytes, endBytes);
    bytes[tailBytes] = 0x80;
    const length = new DataView(bytes.buffer, bytes.byteOffset + endBytes - 8, 8);
    length.setBigUint64(0, BigInt(sizeBytes) * 8n, true);
    this.hashAlone(sum, blocks, sum.end);
    return Buffer.from(sum.state.buffer).toString('hex');
  }

  private hashAlone({ state }: Sum, blocks: number, data: number): void {
    const { words, desk } = this;
    for (let word = 0; word < STATE_WORDS; word++) words[at(desk, stateOffset(0, word))] = state[word]!;
    // Of the lanes that nobody uses something must be read as well.
    for (let lane = 0; lane < GROUP_LANES; lane++) words[at(desk, pointerOffset(lane))] = data;
    this.kernels.four(desk, blocks);
    for (let word = 0; word < STATE_WORDS; word++) state[word] = words[at(desk, stateOffset(0, word))]!;
  }

  private hashTogether(sums: readonly Sum[], blocks: number): void {
    const { words } = this;
    for (const { request, state } of sums) {
      words[request + REQUEST.pointer] = this.data;
      words[request + REQUEST.blocks] = blocks;
      words.set(state, request + REQUEST.state);
      Atomics.store(words, request, STATUS.wanted);
    }
    for (const sum of sums) {
      const { request, state } = sum;
      if (!this.isAlone && this.untilDone(request))
        state.set(words.subarray(request + REQUEST.state, request + REQUEST.words));
      else this.hashAlone(sum, blocks, this.data);
    }
  }

  /** Leads passes, or waits for who leads them, until the blocks of a request are hashed. False if it has given that up. */
  private untilDone(request: number): boolean {
    const { words } = this;
    let timeouts = 0;
    for (;;) {
      // Before it tries to lead: who gets up after that will call it again.
      Atomics.compareExchange(words, request, STATUS.called, STATUS.wanted);
      const status = Atomics.load(words, request);
      if (status === STATUS.done) return true;
      if (status === STATUS.wanted && this.lead(request)) continue;
      const leaders = this.leaders();
      if (Atomics.wait(words, request, status, PATIENCE_MS) !== 'timed-out') continue;
      this.passBy(leaders);
      if (status === STATUS.taken && ++timeouts > MOST_TIMEOUTS) {
        // Where it lies, whoever took it may still write: for ever, for all that is known.
        this.isAlone = true;
        return false;
      }
    }
  }

  /** Takes a seat, if one is free, and hashes until the blocks of the request are done. */
  private lead(request: number): boolean {
    const { words } = this;
    const pass = Atomics.add(words, CONTROL.passes, 1) + 1 || 1;
    const seat = this.takeSeat(pass);
    if (seat === undefined) return false;
    try {
      this.gather(request);
      while (Atomics.load(words, request) === STATUS.wanted) this.pass();
    } finally {
      Atomics.compareExchange(words, seat, pass, 0);
      this.callNext();
    }
    return true;
  }

  /**
   * Waits a moment for those who were there lately: they are about to come back, all at once, and would find a pass under way
   * that was led for one.
   */
  private gather(request: number): void {
    const { words } = this;
    for (let i = 0; i < MOST_PAUSES; i++) {
      const enough = Math.ceil(Atomics.load(words, CONTROL.together) * ENOUGH);
      if (1 + this.wanted() >= enough) return;
      Atomics.wait(words, request, STATUS.wanted, PAUSE_MS);
    }
  }

  /** How many others wait. */
  private wanted(): number {
    let wanted = 0;
    for (const other of this.others()) {
      const status = Atomics.load(this.words, other);
      if (status === STATUS.wanted || status === STATUS.called) wanted++;
    }
    return wanted;
  }

  private takeSeat(pass: number): number | undefined {
    for (let i = 0; i < this.shared.seats; i++) {
      const seat = CONTROL.seats + i;
      if (Atomics.compareExchange(this.words, seat, 0, pass) === 0) return seat;
    }
    return undefined;
  }

  private leaders(): readonly number[] {
    return Array.from({ length: this.shared.seats }, (_, i) => Atomics.load(this.words, CONTROL.seats + i));
  }

  /** Frees the seats of those who have led the same pass all the time. */
  private passBy(leaders: readonly number[]): void {
    for (const [i, pass] of leaders.entries()) {
      if (pass !== 0) Atomics.compareExchange(this.words, CONTROL.seats + i, pass, 0);
    }
  }

  /** Has someone who waits lead the next pass. */
  private callNext(): void {
    const { words } = this;
    for (const request of this.others()) {
      if (Atomics.compareExchange(words, request, STATUS.wanted, STATUS.called) !== STATUS.wanted) continue;
      Atomics.notify(words, request, 1);
      return;
    }
  }

  /** Takes what is wanted, this thread's first, as many blocks further as the shortest of them has. */
  private pass(): void {
    const { words } = this;
    const lanes: number[] = [];
    for (const { request } of [this.file, this.part]) if (take(words, request)) lanes.push(request);
    for (const other of this.others()) {
      if (lanes.length === MOST_LANES) break;
      if (take(words, other)) lanes.push(other);
    }
    if (lanes.length === 0) return;
    const together = Atomics.load(words, CONTROL.together);
    Atomics.store(words, CONTROL.together, Math.max(lanes.length, together - 1));
    const blocks = Math.min(...lanes.map((request) => words[request + REQUEST.blocks]!));
    this.layOut(lanes);
    if (lanes.length <= GROUP_LANES) this.kernels.four(this.desk, blocks);
    else this.kernels.eight(this.desk, blocks);
    for (const [lane, request] of lanes.entries()) this.handBack(lane, request, blocks);
  }

  private layOut(lanes: readonly number[]): void {
    const { words, desk } = this;
    for (let lane = 0; lane < MOST_LANES; lane++) {
      // Lanes that nobody uses go with the first.
      const request = lanes[lane] ?? lanes[0]!;
      words[at(desk, pointerOffset(lane))] = words[request + REQUEST.pointer]!;
      for (let word = 0; word < STATE_WORDS; word++) {
        words[at(desk, stateOffset(lane, word))] = words[request + REQUEST.state + word]!;
      }
    }
  }

  private handBack(lane: number, request: number, blocks: number): void {
    const { words, desk } = this;
    for (let word = 0; word < STATE_WORDS; word++) {
      words[request + REQUEST.state + word] = words[at(desk, stateOffset(lane, word))]!;
    }
    words[request + REQUEST.pointer]! += blocks * BLOCK_BYTES;
    const left = (words[request + REQUEST.blocks]! -= blocks);
    Atomics.store(words, request, left === 0 ? STATUS.done : STATUS.wanted);
    const isOwn = request === this.file.request || request === this.part.request;
    if (!isOwn && left === 0) Atomics.notify(words, request, 1);
  }

  /**
   * The requests of all other places, those that come after this one first: so nobody is always the last. Those for parts come
   * after all that are for files, since a thread waits for its file's first: so who is called is awake.
   */
  private others(): readonly number[] {
    const { words, own } = this;
    const places = Math.min(Atomics.load(words, CONTROL.places), this.shared.places);
    if (this.othersNow.length !== 2 * (places - 1)) {
      const next = Array.from({ length: places - 1 }, (_, i) => placeAt((own + 1 + i) % places).requests);
      this.othersNow = [0, 1].flatMap((which) => next.map((requests) => requests[which]! / WORD_BYTES));
    }
    return this.othersNow;
  }
}

/** An MD5 on its way: of what was added since its beginning. */
interface Sum {
  readonly state: Int32Array<ArrayBuffer>;
  /** Its request, in words. */
  readonly request: number;
  /** Where its last blocks are made. */
  readonly end: number;
}

const sumAt = (request: number, end: number): Sum => ({
  state: new Int32Array(STATE_WORDS),
  request: request / WORD_BYTES,
  end,
});

/** Takes a request, if it is still wanted. */
function take(words: Int32Array, request: number): boolean {
  const { wanted, called, taken } = STATUS;
  if (Atomics.load(words, request) === STATUS.done) return false;
  return (
    Atomics.compareExchange(words, request, wanted, taken) === wanted ||
    Atomics.compareExchange(words, request, called, taken) === called
  );
}

const at = (desk: number, offset: number): number => (desk + offset) / WORD_BYTES;
