import { plural } from '../../base/text.js';
import { formatCount, formatDuration } from '../../base/units.js';
import { PRESETS, type Scenario } from '../../scenario/index.js';
import { CAUSES } from '../../world/outlook.js';
import { VERY_MANY } from './cluster.js';
import { scaled, type Knob, type Turned } from './knob.js';

const MOST_WORKERS = 1024;
const MOST_TICK_MS = 3_600_000;

const withEngine = (scenario: Scenario, changes: Partial<Scenario['engine']>): Scenario => ({
  ...scenario,
  engine: { ...scenario.engine, ...changes },
});

const uploadWorkers = scaled(
  {
    path: 'engine.uploadWorkers',
    label: 'upload workers a node',
    eases: ['workers', 'connection', 'latency', 'imbalance'],
  },
  {
    value: ({ engine }) => engine.uploadWorkers,
    set: (scenario, count) => withEngine(scenario, { uploadWorkers: count }),
    format: (count) => formatCount(count),
    better: 'more',
    isWhole: true,
    least: 1,
    most: MOST_WORKERS,
    typical: 4,
    end: ({ engine }) => Math.min(MOST_WORKERS, engine.uploadWorkers * VERY_MANY),
  },
);

const tick = scaled(
  { path: 'engine.tick', label: 'tick of the coordinator', eases: ['coordinator'] },
  {
    value: ({ engine }) => engine.tickMs,
    set: (scenario, tickMs) => withEngine(scenario, { tickMs }),
    format: (ms) => (ms === 0 ? 'none' : formatDuration(ms)),
    better: 'less',
    isWhole: true,
    least: 0,
    most: MOST_TICK_MS,
    typical: 1000,
    // Each tick is simulated: of a job of a day, a hundredth of this would be a thousand million.
    finest: 10,
    end: () => 0,
  },
);

/** A knob of the engine that is set to what is best, at once. */
function choice(
  knob: Pick<Knob, 'path' | 'label' | 'eases'>,
  now: (engine: Scenario['engine']) => string,
  better: (scenario: Scenario) => Partial<Scenario['engine']> | undefined,
): Knob {
  return {
    ...knob,
    now: ({ engine }) => now(engine),
    step: (scenario): Turned | undefined => {
      const changes = better(scenario);
      if (!changes) return undefined;
      const turned = withEngine(scenario, changes);
      return { scenario: turned, to: now(turned.engine) };
    },
    end: () => undefined,
  };
}

const batching = choice(
  {
    path: 'engine.batching',
    label: 'tasks of a node',
    eases: ['imbalance', 'coordinator', 'workers', 'latency', 'connection'],
  },
  ({ batching: { by, count }, dispatch }) => {
    const size = by === 'shards' ? `of ${plural(count, 'shard')}` : `${formatCount(count)} in all`;
    return `${size}, ${dispatch === 'as-free' ? 'one as a worker is free' : 'all at once'}`;
  },
  ({ engine: { batching: now, dispatch } }) =>
    now.by === 'shards' && now.count === 1 && dispatch === 'as-free'
      ? undefined
      : { batching: { by: 'shards', count: 1 }, dispatch: 'as-free' },
);

const order = choice(
  { path: 'engine.order', label: 'order of shards', eases: ['imbalance'] },
  ({ order: now }) => now,
  ({ engine }) => (engine.order === 'largest-first' ? undefined : { order: 'largest-first' }),
);

const replicaPolicy = choice(
  // A node with more to do than others is imbalance, whatever holds it back.
  { path: 'engine.replicaPolicy', label: 'which replica is backed up', eases: ['imbalance'] },
  ({ replicaPolicy: now }) => now,
  ({ engine }) => (engine.replicaPolicy === 'balanced' ? undefined : { replicaPolicy: 'balanced' }),
);

const hashing = choice(
  { path: 'engine.hashing', label: 'hashing', eases: ['workers', 'disk', 'cpu'] },
  ({ hashing: now }) => now,
  ({ engine, repository }) =>
    // S3 needs the checksum before it is sent: there it changes nothing.
    engine.hashing === 'one-pass' || repository.type === 's3' ? undefined : { hashing: 'one-pass' },
);

/** Everything that the `tuned` preset sets, except how many workers there are. */
const preset = choice(
  {
    path: 'engine.preset',
    label: 'preset',
    eases: ['imbalance', 'coordinator', 'workers', 'disk', 'cpu', 'latency', 'connection'],
  },
  ({ preset: now, uploadWorkers: count }) => `${now}, with ${plural(count, 'worker')}`,
  ({ engine: { preset: now, snapshotWorkers, uploadWorkers: uploads, downloadWorkers } }) =>
    now === 'tuned'
      ? undefined
      : { ...PRESETS.tuned, preset: 'tuned', snapshotWorkers, uploadWorkers: uploads, downloadWorkers },
);

const hasFaults = ({ faults = [] }: Scenario): boolean => faults.length > 0;

const hasStragglers = ({ cluster: { stragglers } }: Scenario): boolean =>
  stragglers.share > 0 && stragglers.slowdown > 1;

/* What gets a job over faults can matter whatever the time went to: a job that is cancelled spent it on nothing in particular. */

const failover = choice(
  { path: 'engine.failover', label: 'another replica where one fails', eases: CAUSES },
  ({ failover: now }) => onOff(now),
  (scenario) => (hasFaults(scenario) && !scenario.engine.failover ? { failover: true } : undefined),
);

const handOver = choice(
  { path: 'engine.handOver', label: 'shards handed over to idle nodes', eases: CAUSES },
  ({ handOver: now }) => onOff(now),
  // Shards move to other nodes where they may at all.
  (scenario) =>
    (hasFaults(scenario) || hasStragglers(scenario)) && scenario.engine.failover && !scenario.engine.handOver
      ? { handOver: true }
      : undefined,
);

const requestRetries = choice(
  { path: 'engine.requestRetries', label: 'retries of a request', eases: CAUSES },
  ({ requestRetries: now }) => (now === 0 ? 'none' : formatCount(now)),
  (scenario) =>
    hasFaults(scenario) && scenario.engine.requestRetries < PRESETS.tuned.requestRetries
      ? { requestRetries: PRESETS.tuned.requestRetries }
      : undefined,
);

const onOff = (isOn: boolean): string => (isOn ? 'on' : 'off');

export const ENGINE_KNOBS: readonly Knob[] = [
  uploadWorkers,
  batching,
  order,
  replicaPolicy,
  hashing,
  tick,
  failover,
  handOver,
  requestRetries,
  preset,
];
