import { randomStream, type RandomStream } from '../../../base/random.js';
import type { Operation } from '../../../node/index.js';
import type { Fault, RepositoryFailure } from '../../faults.js';
import type { Clock } from '../clock.js';
import type { Asker } from '../witness.js';

type OfKind<Kind extends Fault['kind']> = Extract<Fault, { readonly kind: Kind }>;

/** Operations that read or write the node's own disk. */
const ON_DISK: ReadonlySet<Operation['op']> = new Set(['link', 'hash', 'put', 'get', 'install']);

/** What is wrong at this moment of what lasts: who is slow, who reaches whom, what becomes of messages and requests. */
export class Weather {
  private readonly clock: Clock;
  private readonly faults: readonly Fault[];
  private readonly messageDraws: RandomStream;
  private readonly requestDraws: RandomStream;
  private isCalm = false;

  constructor(clock: Clock, faults: readonly Fault[], seed: string) {
    this.clock = clock;
    this.faults = faults;
    this.messageDraws = randomStream(seed, 'faults/messages');
    this.requestDraws = randomStream(seed, 'faults/requests');
  }

  /** From now on nothing is wrong any more. */
  calm(): void {
    this.isCalm = true;
  }

  /** How many times as long an operation takes on a node. */
  slowness(node: number, { op }: Operation): number {
    let factor = 1;
    for (const fault of this.present('node-slow')) if (fault.node === node) factor *= fault.factor;
    if (ON_DISK.has(op))
      for (const fault of this.present('disk-slow')) if (fault.node === node) factor *= fault.factor;
    return factor;
  }

  isDiskFull(node: number): boolean {
    return this.present('disk-full').some((fault) => fault.node === node);
  }

  isCutOff(node: number, from: 'coordinator' | 'repository'): boolean {
    return this.present('partition').some((fault) => fault.node === node && fault.from === from);
  }

  /** When a message between the coordinator and a node arrives, besides the time that each takes: never, once, or twice. */
  fates(node: number): number[] {
    if (this.isCutOff(node, 'coordinator')) return [];
    let copies = 1;
    let lateMs = 0;
    for (const fault of this.present('messages')) {
      if (fault.node !== undefined && fault.node !== node) continue;
      if (this.messageDraws() < fault.lost) return [];
      if (this.messageDraws() < fault.duplicated) copies++;
      lateMs += fault.lateMs;
    }
    return Array.from({ length: copies }, () => lateMs * this.messageDraws());
  }

  /** What becomes of a request; undefined: nothing bad. */
  requestFailure(by: Asker): RepositoryFailure['failure'] | undefined {
    if (by !== 'coordinator' && this.isCutOff(by, 'repository')) return 'error';
    for (const fault of this.present('repository-failure')) {
      if (fault.of !== undefined && fault.of !== by) continue;
      if (this.requestDraws() < fault.chance) return fault.failure;
    }
    return undefined;
  }

  private present<Kind extends Fault['kind']>(kind: Kind): OfKind<Kind>[] {
    if (this.isCalm) return [];
    const { nowMs } = this.clock;
    return this.faults.filter((fault): fault is OfKind<Kind> => {
      if (fault.kind !== kind || !('fromMs' in fault)) return false;
      return nowMs >= fault.fromMs && nowMs < fault.fromMs + (fault.forMs ?? Infinity);
    });
  }
}
