import type { Activities } from './activities.js';
import { FLOW, type FlowKind } from './flow-kind.js';
import type { Flows } from './flows.js';
import type { Prices } from './prices.js';

/** What of a node's work is the same for bundles and for files. */
export interface ObjectSteps {
  readonly activities: Activities;
  readonly flows: Flows;
  readonly prices: Prices;
  /** Has bytes flow; false if that takes no time. */
  readonly move: (slot: number, kind: FlowKind, bytes: number) => boolean;
  /** Completes the operation in so many milliseconds; none: at once. */
  readonly completeIn: (slot: number, ms: number) => void;
}

/** Bytes of one kind that are to flow. */
interface Flow {
  readonly kind: FlowKind;
  readonly bytes: number;
}

/** What takes time for bundles besides what does for files: each of their files, and a second checksum of all bytes. */
export class BundleWork {
  private readonly steps: ObjectSteps;

  constructor(steps: ObjectSteps) {
    this.steps = steps;
  }

  /** Reads and hashes the files of a bundle, and the bundle, which completes the operation; false if it takes no time. */
  hash(slot: number, files: number): boolean {
    const whole = { kind: FLOW.hash, bytes: this.steps.activities.fileBytes(slot) };
    const complete = (): void => this.steps.completeIn(slot, 0);
    return this.moveInTurn(slot, [...this.reading(slot, files, true), whole], complete);
  }

  /** Reads the files of a bundle before it is sent as a file is. */
  read(slot: number, files: number, hash: boolean, send: () => void): void {
    if (!this.moveInTurn(slot, this.reading(slot, files, hash), send)) send();
  }

  /** A bundle is to be fetched as a file is: its files are made then, which completes the operation. */
  expect(slot: number, files: number): void {
    const { activities, prices, completeIn } = this.steps;
    const sync = (): void => completeIn(slot, files * prices.bundled.syncMs);
    activities.runningAt(slot).goesOn = () => {
      if (!this.moveInTurn(slot, [this.processor(slot, files * prices.bundled.makeMs)], sync)) sync();
    };
  }

  /** A flow has ended: true if the operation goes on with what else its bundle needs. */
  goesOn(slot: number): boolean {
    const running = this.steps.activities.runningAt(slot);
    const { goesOn } = running;
    running.goesOn = undefined;
    goesOn?.();
    return goesOn !== undefined;
  }

  private reading(slot: number, files: number, hash: boolean): readonly Flow[] {
    const { activities, prices } = this.steps;
    const reading = this.processor(slot, files * prices.bundled.readMs);
    return hash ? [reading, { kind: FLOW.rehash, bytes: activities.fileBytes(slot) }] : [reading];
  }

  private processor(slot: number, ms: number): Flow {
    const { activities, flows } = this.steps;
    return { kind: FLOW.processor, bytes: flows.processorBytes(activities.node(slot), ms) };
  }

  /** Has flows follow each other, and then calls `then`; false if none of them takes time. */
  private moveInTurn(slot: number, flows: readonly Flow[], then: () => void): boolean {
    const { activities, move } = this.steps;
    const first = flows.findIndex(({ kind, bytes }) => move(slot, kind, bytes));
    if (first < 0) return false;
    activities.runningAt(slot).goesOn = () => {
      if (!this.moveInTurn(slot, flows.slice(first + 1), then)) then();
    };
    return true;
  }
}
