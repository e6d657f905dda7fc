import type { EngineSettings } from '../../job/settings.js';
import { PRESETS, type PresetName, type Scenario } from '../../scenario/index.js';
import type { Dice } from './dice.js';

/** A node has few shards here: with more workers all of them would be on their way at once, and none would wait for anything. */
const MOST_WORKERS = 4;

type Changeable = { readonly [K in keyof EngineSettings]?: (dice: Dice) => EngineSettings[K] };

/** What a setting may be changed to; each case changes some of them. */
const CHANGES: Changeable = {
  tickMs: (dice) => dice.pick([0, 0, 100, 3000]),
  replicaPolicy: (dice) => dice.pick(['lowest-id', 'balanced'] as const),
  snapshotWorkers: (dice) => dice.int(1, 5),
  uploadWorkers: (dice) => dice.int(1, MOST_WORKERS),
  downloadWorkers: (dice) => dice.int(1, MOST_WORKERS),
  batching: (dice) => ({ by: dice.pick(['tasks', 'shards'] as const), count: dice.int(1, 5) }),
  dispatch: (dice) => dice.pick(['at-once', 'as-free'] as const),
  order: (dice) => dice.pick(['catalog', 'largest-first'] as const),
  hashing: (dice) => dice.pick(['separate', 'one-pass'] as const),
  probe: (dice) => dice.pick(['always', 'retry'] as const),
  maxTaskAttempts: (dice) => dice.pick([1, 2, 3, 5, 1000]),
  requestRetries: (dice) => dice.pick([0, 1, 4]),
  retryDelayMs: (dice) => dice.magnitude(10, 1000),
  failover: (dice) => dice.chance(0.6),
  handOver: (dice) => dice.chance(0.6),
  checkSource: (dice) => dice.chance(0.8),
  unsupportedTables: (dice) => dice.pick(['skip', 'skip', 'refuse'] as const),
};

/** Least timeout of a statement here: so that timeouts come within reach of faults. */
const MIN_TIMEOUT_MS = 1000;
const LONG_TIMEOUT_MS = 200_000;

export function drawEngine(dice: Dice): Scenario['engine'] {
  const preset = dice.pick<PresetName>(['doris-classic', 'doris', 'tuned', 'tuned', 'tuned']);
  const share = dice.pick([0, 0.15, 0.5]);
  const changed: Record<string, unknown> = {};
  for (const [name, draw] of Object.entries(CHANGES)) if (dice.chance(share)) changed[name] = draw(dice);
  // A run that waits for its tick most of the time is mostly struck while it waits.
  if (dice.chance(0.5)) changed['tickMs'] = dice.pick([0, 0, 20, 100]);
  const heartbeatMs = dice.pick([300, 1000, 5000]);
  const { uploadWorkers, downloadWorkers } = PRESETS[preset];
  return {
    ...PRESETS[preset],
    uploadWorkers: Math.min(uploadWorkers, MOST_WORKERS),
    downloadWorkers: Math.min(downloadWorkers, MOST_WORKERS),
    ...changed,
    preset,
    heartbeatMs,
    lostAfterMs: heartbeatMs * dice.pick([3, 3, 5]),
    defaultTimeoutMs: dice.pick([20_000, 60_000, 60_000, LONG_TIMEOUT_MS]),
    minTimeoutMs: MIN_TIMEOUT_MS,
  };
}
