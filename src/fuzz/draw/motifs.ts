import type { Fault } from '../../world/faults.js';
import type { Dice } from './dice.js';
import type { FaultStage } from './faults.js';

/** Cases with one of these besides: by coin, the faults of one would hardly ever come together. */
const CHANCE = 0.06;

/** Faults that are bad together, and for which the engine has an answer that nothing else asks for. */
export function drawMotif(dice: Dice, stage: FaultStage): Fault[] {
  if (!dice.chance(CHANCE)) return [];
  return dice.pick([cancelledWhilePublishing, givenUpAndStillThere])(dice, stage);
}

/** The job is cancelled while its manifest is written, and the repository fails whoever would take that back. */
function cancelledWhilePublishing(dice: Dice, { states, estimateMs }: FaultStage): Fault[] {
  if (!states.includes('UPLOAD_INFO')) return [];
  return [
    { kind: 'cancel', inState: 'UPLOAD_INFO' },
    {
      kind: 'repository-failure',
      of: 'coordinator',
      chance: dice.pick([0.3, 0.6]),
      failure: dice.pick(['timeout', 'error'] as const),
      fromMs: 0,
      forMs: Math.round(estimateMs * dice.int(1, 5)),
    },
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
