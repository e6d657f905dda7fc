import type { SerializedError } from '../base/errors.js';
import { generateCatalog, targetPlacement, type Scenario } from '../scenario/index.js';
import type { Catalog } from '../catalog/index.js';
import { Coordinator, memoryJournal, type Journal, type Outcome, type Reply } from '../coordinator/index.js';
import type { Job } from '../job/index.js';
import { parseStatement, type Statement } from '../sql/index.js';
import type { Fault } from '../world/faults.js';
import { Death, MortalWorld } from '../world/virtual/mortal-world.js';
import type { VirtualRepository } from '../world/virtual/virtual-repository.js';
import { VirtualStorages } from '../world/virtual/virtual-storages.js';
import type { VirtualWorld } from '../world/virtual/virtual-world.js';
import type { Witness } from '../world/virtual/witness.js';
import { virtualWorld } from './virtual-cluster.js';

export interface FaultedClusterOptions {
  /** The cluster to run on, where it is not the scenario's own. */
  readonly catalog?: Catalog;
  /** The storages of another cluster, which may have written to them. */
  readonly storages?: VirtualStorages;
  readonly witness?: Witness;
  /** Told of each job that was accepted, once by each coordinator that knows it. */
  readonly onJob?: (jobId: number) => void;
  readonly attribute?: boolean;
  /** So many things that the coordinator hears of are enough: who goes in circles is stopped with an error. */
  readonly mostEvents?: number;
}

/** What became of a statement: it was refused, or its job ended, or neither until nothing was left to happen. */
export type Fate =
  | { readonly kind: 'refused'; readonly error: SerializedError }
  | { readonly kind: 'ended'; readonly jobId: number; readonly state: 'FINISHED' | 'CANCELLED' }
  | { readonly kind: 'done' }
  | { readonly kind: 'stuck'; readonly jobId: number | undefined };

type Crash = Extract<Fault, { readonly kind: 'coordinator-crash' }>;

/** Longer than any job may take. */
const FOR_EVER_MS = 30 * 86_400_000;

/** A scenario's cluster in virtual time in which the scenario's faults happen, and whose coordinators may die. */
export class FaultedCluster {
  readonly scenario: Scenario;
  readonly catalog: Catalog;
  readonly world: VirtualWorld;
  readonly storages: VirtualStorages;
  readonly repository: VirtualRepository;
  private readonly options: FaultedClusterOptions;
  private readonly journal: Journal = memoryJournal();
  private readonly crashes: Crash[];
  private mortal: MortalWorld;
  private buried: MortalWorld | undefined;
  private isReady = false;
  private isCalm = false;
  private generation = 0;
  private eventsLeft: number;
  /** The one that lives now, and the last one if none does. */
  coordinator: Coordinator;
  /** How many coordinators died. */
  deaths = 0;

  constructor(scenario: Scenario, options: FaultedClusterOptions = {}) {
    const { repository: spec, faults = [] } = scenario;
    this.scenario = scenario;
    this.options = options;
    this.eventsLeft = options.mostEvents ?? Infinity;
    this.catalog = options.catalog ?? generateCatalog(scenario);
    this.storages = options.storages ?? new VirtualStorages();
    this.repository = this.storages.repository(spec.name, spec.storage);
    this.world = virtualWorld(
      scenario,
      { ...options, catalog: this.catalog, storages: this.storages },
      faults,
    );
    this.crashes = faults.filter((fault): fault is Crash => fault.kind === 'coordinator-crash');
    this.mortal = new MortalWorld(this.world);
    this.coordinator = this.bear();
    for (const fault of faults) {
      if (fault.kind === 'cancel' && fault.atMs !== undefined)
        this.world.wakeAt(fault.atMs, () => this.cancel());
      if (fault.kind === 'coordinator-crash' && fault.atMs !== undefined)
        this.world.wakeAt(fault.atMs, () => this.die(fault));
    }
  }

  /**
   * Does what a user does: gives the statement to the coordinator, and asks its successor for the job if it died, or gives it
   * again. Lets time pass until the job has ended and left nothing behind but on nodes that are lost, at most until `untilMs`.
   */
  run(statement: Statement, untilMs: number = this.world.now() + FOR_EVER_MS): Fate {
    const firstId = 1 + Math.max(0, ...this.coordinator.jobs().map(({ stored }) => stored.id));
    let asked: Coordinator | undefined;
    const heard: { answer?: Outcome<Reply> } = {};
    const known = (): number | undefined =>
      heard.answer?.ok && heard.answer.value.kind === 'accepted'
        ? heard.answer.value.jobId
        : this.jobFrom(firstId, statement);
    const isDone = (): boolean => {
      if (!this.isReady) return false;
      const jobId = known();
      if (jobId !== undefined) return this.coordinator.isSettled(jobId, 'but for lost nodes');
      if (heard.answer) return true;
      if (asked === this.coordinator) return false;
      asked = this.coordinator;
      this.attempt(() =>
        this.coordinator.execute(statement, {}, (outcome) => {
          // What it says while it dies, nobody hears.
          if (!this.mortal.isDead) heard.answer = outcome;
        }),
      );
      return heard.answer !== undefined && known() === undefined;
    };
    const isEnded = this.advance(isDone, untilMs);
    const jobId = known();
    const { answer } = heard;
    if (jobId === undefined && answer)
      return answer.ok ? { kind: 'done' } : { kind: 'refused', error: answer.error };
    if (!isEnded || jobId === undefined) return { kind: 'stuck', jobId };
    const { state } = this.coordinator.recordOf(jobId)!.job;
    return { kind: 'ended', jobId, state: state === 'FINISHED' ? 'FINISHED' : 'CANCELLED' };
  }

  /** Ends all faults: every node is there, every message arrives, a coordinator lives. What is damaged stays damaged. */
  calm(): void {
    this.isCalm = true;
    this.world.calm();
    if (this.mortal.isDead) this.replace();
    // It was to die after so many steps more.
    else this.mortal.forgive();
  }

  /** Lets everything happen that is still on its way, at most until `untilMs`. */
  settle(untilMs: number = this.world.now() + FOR_EVER_MS): void {
    this.advance(() => false, untilMs);
  }

  /** Lets time pass until something is so; false if nothing is left to happen, or `untilMs` is over. */
  advance(isDone: () => boolean, untilMs: number): boolean {
    this.world.wakeAt(untilMs, () => undefined);
    for (;;) {
      let isEnded = false;
      const isOver = (): boolean => {
        if (this.eventsLeft-- <= 0) throw new Error(`it goes in circles, at ${this.world.now()} ms`);
        return this.isToBury || (isEnded = isDone()) || this.isToBury || this.world.now() >= untilMs;
      };
      if (this.attempt(() => this.world.run(isOver)) === undefined) continue;
      return isEnded;
    }
  }

  /** The job of a statement that some coordinator has accepted, though its answer was never heard. */
  private jobFrom(firstId: number, statement: Statement): number | undefined {
    if (statement.kind !== 'backup' && statement.kind !== 'restore') return undefined;
    return this.coordinator
      .jobs()
      .find(
        ({ stored }) =>
          stored.id >= firstId &&
          stored.detail.kind === statement.kind &&
          stored.label === statement.label.text,
      )?.stored.id;
  }

  /** Undefined if the coordinator died of it; it may have taken that for a journal that fails. */
  private attempt<T>(act: () => T): T | undefined {
    let value: T | undefined;
    try {
      value = act();
    } catch (error) {
      if (!(error instanceof Death)) throw error;
    }
    if (!this.isToBury) return value;
    this.bury();
    return undefined;
  }

  private get isToBury(): boolean {
    return this.mortal.isDead && this.buried !== this.mortal;
  }

  private die(crash: Crash): void {
    if (this.isCalm || this.mortal.isDead) return;
    this.mortal.isDead = true;
    this.bury(crash);
  }

  /** The dead one is replaced after a while. */
  private bury(crash = this.crashes.find(({ afterSteps }) => afterSteps !== undefined)): void {
    if (crash?.afterSteps !== undefined) this.crashes.splice(this.crashes.indexOf(crash), 1);
    this.deaths++;
    this.buried = this.mortal;
    this.isReady = false;
    this.tell('died');
    const dead = this.mortal;
    this.world.wakeAt(this.world.now() + (crash?.downMs ?? 0), () => {
      if (this.mortal === dead) this.replace();
    });
  }

  private replace(): void {
    // Not before: whoever holds the old one asks it what it knew.
    const before = this.coordinator;
    this.attempt(() => (this.coordinator = this.bear()));
    if (this.coordinator === before && !this.mortal.isDead) throw new Error('no coordinator was born');
  }

  private bear(): Coordinator {
    const { scenario, world, catalog } = this;
    const { repository, engine } = scenario;
    const steps = this.isCalm ? undefined : this.crashes.find(({ afterSteps }) => afterSteps !== undefined);
    const mortal = new MortalWorld(world, steps?.afterSteps ?? Infinity);
    this.mortal = mortal;
    this.generation++;
    this.tell('born');
    const coordinator = new Coordinator({
      catalog,
      world: mortal,
      settings: engine,
      journal: this.journalOf(mortal),
      repositories: [{ name: repository.name, readOnly: repository.readOnly, spec: repository.storage }],
      placement: targetPlacement(scenario, catalog.nodeNames.length),
      onChange: (job) => this.look(job),
    });
    this.coordinator = coordinator;
    this.attempt(() =>
      coordinator.start(() => {
        if (this.mortal === mortal) this.isReady = true;
      }),
    );
    return coordinator;
  }

  /** The coordinator may die just before or just after a write: then the last one is lost, or it is not. */
  private journalOf(mortal: MortalWorld): Journal {
    const { journal, world, options } = this;
    return {
      read: () => journal.read(),
      write(changes) {
        mortal.pass();
        journal.write(changes);
        if (changes.some(({ kind }) => kind === 'job')) world.persisted();
        options.witness?.({ kind: 'journal', atMs: world.now(), changes });
        mortal.pass();
      },
    };
  }

  private look(job: Job): void {
    this.options.onJob?.(job.id);
    const { faults = [] } = this.scenario;
    for (const fault of faults)
      if (fault.kind === 'cancel' && fault.inState === job.state)
        this.world.wakeAt(this.world.now(), () => this.cancel());
  }

  /** The user cancels whatever runs. */
  private cancel(): void {
    if (this.isCalm || !this.isReady) return;
    for (const { stored } of this.coordinator.jobs()) {
      const { state } = stored.states.at(-1)!;
      if (state === 'FINISHED' || state === 'CANCELLED') continue;
      const text = `CANCEL ${stored.detail.kind.toUpperCase()} FROM \`${stored.database}\``;
      this.coordinator.execute(parseStatement(text), {}, () => undefined);
    }
  }

  private tell(event: 'born' | 'died'): void {
    const { generation } = this;
    this.options.witness?.({ kind: 'coordinator', atMs: this.world.now(), event, generation });
  }
}

export const faultedCluster = (scenario: Scenario, options: FaultedClusterOptions = {}): FaultedCluster =>
  new FaultedCluster(scenario, options);
