import { InvalidArgumentError } from 'commander';

/** A parser of whole numbers from 1 to `most`. */
export const countUpTo =
  (most: number) =>
  (text: string): number => {
    const count = Number(text);
    if (/^\d+$/.test(text) && count >= 1 && count <= most) return count;
    throw new InvalidArgumentError(`It is a whole number, 1 or more and at most ${most}.`);
  };

/** `2%`, `2 %` or `0.02`. */
export function shareOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?) *(%?)$/.exec(text.trim());
  const share = match ? Number(match[1]) / (match[2] === '%' ? 100 : 1) : NaN;
  if (share > 0 && share < 1) return share;
  throw new InvalidArgumentError('It is more than 0 % and less than 100 %, as in 95%.');
}

/** Of wrong alarms: below, no number of measurements would be enough; above, it would not be a test. */
export function alphaOf(text: string): number {
  const share = shareOf(text);
  if (share >= 0.0001 && share <= 0.5) return share;
  throw new InvalidArgumentError('It is from 0.01 % to 50 %, as in 1%.');
}
