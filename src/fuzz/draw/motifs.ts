import type { Fault } from '../../world/faults.js';
import type { Dice } from './dice.js';
import type { FaultStage } from './faults.js';

/** Cases with one of these besides: by coin, the faults of one would hardly ever come together. */
const CHANCE = 0.08;

/** Faults that are bad together, and for which the engine has an answer that nothing else asks for. */
export function drawMotif(dice: Dice, stage: FaultStage): Fault[] {
  if (!dice.chance(CHANCE)) return [];
  return dice.pick([cancelledWhilePublishing, againInTheSameSecond, cutOffAndSlow, givenUpAndStillThere])(
    dice,
    stage,
  );
}

/**
 * The manifest is written, the answer does not come, and the job is cancelled while that is being taken back, in vain: aimed at the
 * last moments of a run in which nothing goes wrong.
 */
function cancelledWhilePublishing(dice: Dice, { states, dryRun }: FaultStage): Fault[] {
  if (!states.includes('UPLOAD_INFO')) return [];
  const writtenAtMs = dryRun().at(dice.pick([-1, -2]));
  if (writtenAtMs === undefined) return [];
  const of = 'coordinator';
  const fromMs = Math.max(0, writtenAtMs - EDGE_MS);
  return [
    { kind: 'repository-failure', of, chance: 1, failure: 'timeout', fromMs, forMs: 2 * EDGE_MS },
    {
      kind: 'repository-failure',
      of,
      chance: 1,
      failure: 'error',
      fromMs: writtenAtMs + EDGE_MS,
      forMs: dice.int(10, 5000),
    },
    { kind: 'cancel', atMs: writtenAtMs + 2 * EDGE_MS },
  ];
}

/**
 * A backup is cancelled when its manifest may be on its way, the coordinator dies before it has taken that back, and the calendar
 * is put back to when the backup was asked for: who asks for it again must not lose what is taken back from the first.
 */
function againInTheSameSecond(dice: Dice, { states, dryRun }: FaultStage): Fault[] {
  if (!states.includes('UPLOAD_INFO')) return [];
  const writtenAtMs = dryRun().at(dice.pick([-1, -2]));
  if (writtenAtMs === undefined) return [];
  const atMs = Math.max(0, writtenAtMs - EDGE_MS);
  return [
    { kind: 'cancel', atMs },
    { kind: 'coordinator-crash', atMs: atMs + EDGE_MS, downMs: dice.int(1, 20) },
    { kind: 'clock-jump', atMs: atMs + EDGE_MS, byMs: -Math.round(atMs) },
  ];
}

/** Just before, just after: much less than a request takes. */
const EDGE_MS = 0.01;

/** A node becomes slow and is cut off from the coordinator at once: it is given up, and what it is at takes longer than all else. */
function cutOffAndSlow(dice: Dice, { catalog, estimateMs, lostAfterMs }: FaultStage): Fault[] {
  const node = dice.int(0, catalog.nodeNames.length - 1);
  const fromMs = Math.round(10 * dice.share() * estimateMs) / 10;
  const forMs = 8 * lostAfterMs;
  return [
    { kind: 'node-slow', node, factor: dice.pick([400, 2000]), fromMs, forMs },
    { kind: 'partition', node, from: 'coordinator', fromMs, forMs },
  ];
}

/** A slow node is cut off from the coordinator, and what that had asked it before arrives so late that it goes on for long. */
function givenUpAndStillThere(dice: Dice, { catalog, estimateMs, lostAfterMs }: FaultStage): Fault[] {
  const node = dice.int(0, catalog.nodeNames.length - 1);
  const fromMs = Math.round(dice.share() * estimateMs);
  return [
    { kind: 'node-slow', node, factor: dice.pick([100, 400]), fromMs, forMs: 5 * lostAfterMs },
    {
      kind: 'messages',
      node,
      lost: 0,
      duplicated: 0.5,
      lateMs: Math.round(lostAfterMs * dice.pick([1, 1.5])),
      fromMs,
      forMs: Math.round(lostAfterMs),
    },
    { kind: 'partition', node, from: 'coordinator', fromMs: fromMs + lostAfterMs, forMs: 4 * lostAfterMs },
  ];
}
