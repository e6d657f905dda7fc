import { formatCount, formatRate, formatRequestRate } from '../../base/units.js';
import { limitsWith, type JobLimits, type Limits } from '../../job/limits.js';
import { backupOptions } from '../../sql/index.js';
import { scenarioStatement, type Scenario } from '../../scenario/index.js';
import { scaled, type Knob, type Scale } from './knob.js';

/** What a scenario's job may do at most: as its engine says, and where its statement says something, as that does. */
export function limitsOfJob(scenario: Scenario): JobLimits {
  return limitsWith(scenario.engine.limits, limitsOfStatement(scenario));
}

function limitsOfStatement(scenario: Scenario): JobLimits | undefined {
  const statement = scenarioStatement(scenario);
  return statement.kind === 'backup' ? backupOptions(statement, scenario.engine).limits : undefined;
}

interface Kind {
  /** Of a scenario's `limits`, and for people. */
  readonly key: string;
  readonly label: string;
  readonly limit: keyof Limits;
  readonly scale: Pick<Scale, 'format' | 'isWhole' | 'least' | 'most' | 'typical'>;
}

const KINDS: readonly Kind[] = [
  {
    key: 'bytes',
    label: 'bytes a second',
    limit: 'bytesPerSec',
    scale: { format: formatRate, isWhole: false, least: 1, most: 1e12, typical: 1e8 },
  },
  {
    key: 'requests',
    label: 'requests a second',
    limit: 'requestsPerSec',
    scale: { format: formatRequestRate, isWhole: false, least: 0.1, most: 1e7, typical: 100 },
  },
  {
    key: 'concurrency',
    label: 'files at once',
    limit: 'transfers',
    scale: {
      format: (count) => (count === Infinity ? 'unlimited' : formatCount(count)),
      isWhole: true,
      least: 1,
      most: 1e6,
      typical: 4,
    },
  },
];

/** A limit that the engine has jobs keep to. One that the statement itself names is not the engine's to raise. */
function knobOf({ key, label, limit, scale }: Kind, of: keyof JobLimits): Knob {
  const named = (scenario: Scenario): boolean => limitsOfStatement(scenario)?.[of][limit] !== undefined;
  return scaled(
    {
      path: `engine.limits.${of === 'node' ? 'perNode.' : ''}${key}`,
      label: `limit of ${label}${of === 'node' ? ' on each node' : ''}`,
      eases: ['limits'],
    },
    {
      ...scale,
      better: 'more',
      value: (scenario) => limitsOfJob(scenario)[of][limit] ?? Infinity,
      set: (scenario, most) => {
        const limits = limitsWith(scenario.engine.limits, { job: {}, node: {}, [of]: { [limit]: most } });
        return { ...scenario, engine: { ...scenario.engine, limits } };
      },
      matters: (scenario) => !named(scenario),
      end: () => Infinity,
    },
  );
}

export const LIMIT_KNOBS: readonly Knob[] = (['job', 'node'] as const).flatMap((of) =>
  KINDS.map((kind) => knobOf(kind, of)),
);
