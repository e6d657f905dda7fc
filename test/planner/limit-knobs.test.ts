import test from 'ava';
import * as fc from 'fast-check';
import { isLimited, limitsWith, type JobLimits } from '../../src/job/index.js';
import { LIMIT_KNOBS, limitsOfJob } from '../../src/planner/knobs/limits.js';
import { scenarioStatement, type Scenario } from '../../src/scenario/index.js';
import { backupOptions } from '../../src/sql/index.js';
import { engine, nodes, scenario } from '../fixtures/scenarios.js';

const KEYS = ['bytesPerSec', 'requestsPerSec', 'transfers'] as const;
const PROPERTIES = ['bytes_per_second', 'requests_per_second', 'max_concurrency'] as const;
const WORDS = { job: '', node: 'node_' } as const;

const someLimits = fc.record(
  {
    bytesPerSec: fc.integer({ min: 1, max: 1e9 }),
    requestsPerSec: fc.integer({ min: 1, max: 1e4 }),
    transfers: fc.integer({ min: 1, max: 64 }),
  },
  { requiredKeys: [] },
);
const jobLimits: fc.Arbitrary<JobLimits> = fc.record({ job: someLimits, node: someLimits });

function limited(ofEngine: JobLimits, named: JobLimits): Scenario {
  const properties = (['job', 'node'] as const).flatMap((of) =>
    KEYS.flatMap((key, i) =>
      named[of][key] === undefined ? [] : [`"${WORDS[of]}${PROPERTIES[i]!}" = "${named[of][key]}"`],
    ),
  );
  const clause = properties.length === 0 ? '' : ` PROPERTIES (${properties.join(', ')})`;
  const plain = scenario({
    cluster: nodes(2),
    databases: [{ name: 'example_db', tables: [] }],
    engine: engine('tuned', { limits: ofEngine }),
  });
  return { ...plain, statement: { text: `BACKUP SNAPSHOT example_db.l TO example_repo${clause}`, line: 1 } };
}

/** What the engine does of a statement, in its own words. */
function limitsThatHold(spec: Scenario): JobLimits {
  const statement = scenarioStatement(spec);
  if (statement.kind !== 'backup') throw new Error('a BACKUP');
  return limitsWith(spec.engine.limits, backupOptions(statement, spec.engine).limits);
}

test('limits of the engine can be raised, those of the statement and those that are not there cannot', (t) => {
  fc.assert(
    fc.property(jobLimits, jobLimits, (ofEngine, named) => {
      const spec = limited(ofEngine, named);
      t.deepEqual(limitsOfJob(spec), limitsThatHold(spec));
      (['job', 'node'] as const).forEach((of, i) =>
        KEYS.forEach((key, j) => {
          const knob = LIMIT_KNOBS[i * KEYS.length + j]!;
          const turned = knob.step(spec);
          const now = ofEngine[of][key];
          if (now === undefined || named[of][key] !== undefined) return t.is(turned, undefined);
          const raised = limitsThatHold(turned!.scenario);
          t.is(raised[of][key], now * 2);
          t.deepEqual({ ...raised, [of]: { ...raised[of], [key]: now } }, limitsThatHold(spec));
          const { [key]: _gone, ...rest } = limitsThatHold(spec)[of];
          return t.deepEqual(limitsThatHold(knob.end(spec)!.scenario)[of], rest);
        }),
      );
    }),
  );
});

test('a limit that was taken away leaves none behind', (t) => {
  const spec = limited({ job: { bytesPerSec: 1 }, node: {} }, { job: {}, node: {} });
  t.false(isLimited(limitsOfJob(LIMIT_KNOBS[0]!.end(spec)!.scenario)));
});
