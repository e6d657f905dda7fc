import { doubledRanks } from './ranks.js';

/**
 * Wilcoxon's signed-rank test (Biometrics Bulletin 1, 1945), two-sided and exact: how likely a sum of signed ranks at least as far
 * from the middle is, were every difference as likely to be negative as positive. Equal sizes share their ranks; zeros say
 * nothing and are left out. 1 where there is nothing to rank.
 */
export function signedRankPValue(differences: readonly number[]): number {
  const ranked = differences.filter((difference) => difference !== 0);
  if (ranked.length === 0) return 1;
  const doubled = doubledRanks(ranked.map(Math.abs));
  const total = doubled.reduce((sum, rank) => sum + rank, 0);
  const positive = doubled.reduce((sum, rank, i) => (ranked[i]! > 0 ? sum + rank : sum), 0);
  const least = Math.min(positive, total - positive);
  // Chances of each sum, one difference after the other: it adds its rank or does not.
  let chances = new Float64Array(total + 1);
  chances[0] = 1;
  for (const rank of doubled) {
    const next = new Float64Array(total + 1);
    for (let sum = 0; sum <= total; sum++) {
      next[sum] = (chances[sum]! + (sum >= rank ? chances[sum - rank]! : 0)) / 2;
    }
    chances = next;
  }
  let tail = 0;
  for (let sum = 0; sum <= least; sum++) tail += chances[sum]!;
  return Math.min(1, 2 * tail);
}

/** The fewest differences of which the most extreme can be as unlikely as `alpha`. */
export const leastPairs = (alpha: number): number => Math.ceil(Math.log2(2 / alpha));
