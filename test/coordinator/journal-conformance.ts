import test from 'ava';
import * as fc from 'fast-check';
import type { Journal, JournalChange, JournalContents, StoredJob } from '../../src/coordinator/journal.js';
import { jobs, journalChanges, plans } from './journal-arbitraries.js';

/** A journal that outlives the process it is in, or acts as if it did. */
export interface JournalUnderTest {
  /** The journal as a new coordinator would find it. */
  reopen(): Promise<Journal>;
  dispose(): Promise<void>;
}

type Step =
  | { readonly kind: 'write'; readonly changes: readonly JournalChange[] }
  | { readonly kind: 'reopen' }
  /** Writes a job again as it was read, with the parts changed that this says. */
  | { readonly kind: 'touch'; readonly restarts: number; readonly part: StoredJob['plan'] | 'same' };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .array(journalChanges, { maxLength: 4 })
        .map((changes): Step => ({ kind: 'write', changes })),
    },
    fc.constant<Step>({ kind: 'reopen' }),
    fc
      .tuple(fc.nat(), fc.oneof(plans, fc.constant('same' as const), fc.constant(undefined)))
      .map(([restarts, part]): Step => ({ kind: 'touch', restarts, part })),
  ),
  { maxLength: 12 },
);

/** What every journal has to do, over a fresh, empty one per run. */
export function journalConformance(
  name: string,
  create: () => Promise<JournalUnderTest>,
  numRuns: number,
): void {
  test(`${name}: holds what was written, in one opening and in the next`, async (t) => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const under = await create();
        try {
          let journal = await under.reopen();
          let model = emptyModel();
          for (const step of all) {
            if (step.kind === 'reopen') journal = await under.reopen();
            else {
              const changes = step.kind === 'write' ? step.changes : touched(journal, step);
              journal.write(changes);
              model = changes.reduce(apply, model);
            }
            t.deepEqual(canonical(journal.read()), canonical(contentsOf(model)));
          }
          t.deepEqual(canonical((await under.reopen()).read()), canonical(contentsOf(model)));
        } finally {
          await under.dispose();
        }
      }),
      { numRuns },
    );
  });

  test(`${name}: jobs come in the order of their ids, changes of the catalog as they were made`, async (t) => {
    const under = await create();
    const journal = await under.reopen();
    const [sample] = fc.sample(jobs, { numRuns: 1, seed: 1 });
    const ids = [900, 20_010, 1000, 5, 100_000];
    journal.write(ids.map((id) => ({ kind: 'job', job: { ...sample!, id } })));
    const drops = Array.from(
      { length: 12 },
      (_, i) => ({ kind: 'drop-table', database: 'd', name: `t${i}` }) as const,
    );
    for (const change of drops.slice(0, 3)) journal.write([{ kind: 'catalog', change }]);
    const again = await under.reopen();
    again.write(drops.slice(3).map((change) => ({ kind: 'catalog', change })));
    const contents = (await under.reopen()).read();
    t.deepEqual(
      contents.jobs.map(({ id }) => id),
      [5, 900, 1000, 20_010, 100_000],
    );
    t.deepEqual(contents.catalogChanges, drops);
    await under.dispose();
  });
}

function touched(journal: Journal, step: Step & { readonly kind: 'touch' }): JournalChange[] {
  const [job] = journal.read().jobs;
  if (!job) return [];
  const { plan, ...rest } = job;
  const now = step.part === 'same' ? plan : step.part;
  return [{ kind: 'job', job: { ...rest, restarts: step.restarts, ...(now ? { plan: now } : {}) } }];
}

/** The model: association lists, which have nothing in common with the journals. */
interface Model {
  readonly generation: number;
  readonly jobs: readonly StoredJob[];
  readonly repositories: JournalContents['repositories'];
  readonly catalogChanges: JournalContents['catalogChanges'];
}

const emptyModel = (): Model => ({ generation: 0, jobs: [], repositories: [], catalogChanges: [] });

function apply(model: Model, change: JournalChange): Model {
  const { jobs: known, repositories, catalogChanges } = model;
  switch (change.kind) {
    case 'generation':
      return { ...model, generation: change.generation };
    case 'job':
      return { ...model, jobs: [...known.filter(({ id }) => id !== change.job.id), change.job] };
    case 'forget-job':
      return { ...model, jobs: known.filter(({ id }) => id !== change.jobId) };
    case 'repository': {
      const others = repositories.filter(({ name }) => name !== change.repository.name);
      return { ...model, repositories: [...others, change.repository] };
    }
    case 'drop-repository':
      return { ...model, repositories: repositories.filter(({ name }) => name !== change.name) };
    case 'catalog':
      return { ...model, catalogChanges: [...catalogChanges, change.change] };
  }
}

const contentsOf = (model: Model): JournalContents => ({
  ...model,
  jobs: model.jobs.toSorted((a, b) => a.id - b.id),
});

/** Nobody says in which order repositories come. */
const canonical = (contents: JournalContents): JournalContents => ({
  ...contents,
  repositories: contents.repositories.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
});
