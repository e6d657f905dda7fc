import * as z from 'zod';
import { fixed, mean, type Distribution } from '../base/distribution.js';
import type { QuantityText } from '../base/units.js';
import { count, duration, expects, keys, size } from './values.js';

const MAX_SIGMA = 10;
/** A single shard has at most this many of anything. */
const MAX_COUNT = 1_000_000_000;

type DistributionSchema = z.ZodType<Distribution>;

/** One value, or a random quantity around such values. `positive` is the schema where 0 makes no sense. */
function distribution(
  value: z.ZodType<number, QuantityText>,
  positive: z.ZodType<number, QuantityText>,
  what: string,
): DistributionSchema {
  const random = keys({
    fixed: value.optional().describe('Always this value.'),
    uniform: keys({ min: value.describe('The smallest value.'), max: value.describe('The largest value.') })
      .optional()
      .describe('Any value from min to max, equally likely.'),
    lognormal: keys({
      median: positive.describe('Half of the values are below, half above.'),
      sigma: z
        .number()
        .min(0)
        .max(MAX_SIGMA)
        .describe('Standard deviation of the logarithm; 0.5 is moderate, 2 wild.'),
    })
      .optional()
      .describe('Many middling values and a few large ones: what sizes of files mostly look like.'),
    pareto: keys({
      min: positive.describe('The smallest value.'),
      alpha: z.number().positive().max(1000).describe('Tail index: the smaller, the heavier the tail.'),
      max: positive.optional().describe('The largest value; needed where alpha is 1 or less.'),
    })
      .optional()
      .describe('Mostly small values and a heavy tail.'),
    histogram: z
      .array(
        keys({
          from: value.describe('Where the range begins.'),
          to: value.describe('Where it ends.'),
          weight: z.number().positive().describe('How often, relative to the other ranges.'),
        }),
      )
      .min(1)
      .optional()
      .describe('Measured sizes: ascending ranges, each with a weight; within a range, equally likely.'),
  }).meta({ minProperties: 1, maxProperties: 1 });
  type Random = z.output<typeof random>;
  return z.union(
    [
      value.transform(fixed),
      random.transform((input: Random, context): Distribution => {
        const problems = checkRandom(input);
        for (const { path, message } of problems)
          context.issues.push({ code: 'custom', path, message, input });
        return problems.length > 0 ? z.NEVER : read(input)!;
      }),
    ],
    expects(what),
  );
}

interface RandomInput {
  readonly fixed?: number | undefined;
  readonly uniform?: { readonly min: number; readonly max: number } | undefined;
  readonly lognormal?: { readonly median: number; readonly sigma: number } | undefined;
  readonly pareto?:
    { readonly min: number; readonly alpha: number; readonly max?: number | undefined } | undefined;
  readonly histogram?:
    readonly { readonly from: number; readonly to: number; readonly weight: number }[] | undefined;
}

interface Finding {
  readonly path: (string | number)[];
  readonly message: string;
}

const KINDS = 'fixed, uniform, lognormal, pareto or histogram';

function checkRandom(input: RandomInput): Finding[] {
  const named = Object.entries(input).filter(([, value]) => value !== undefined);
  if (named.length !== 1) {
    const message = named.length === 0 ? `needs one of ${KINDS}` : `can be only one of ${KINDS}`;
    return [{ path: [], message }];
  }
  const findings: Finding[] = [];
  const { uniform, pareto, histogram } = input;
  if (uniform && uniform.min > uniform.max) {
    findings.push({ path: ['uniform', 'max'], message: 'max must not be less than min' });
  }
  if (pareto) findings.push(...checkPareto(pareto));
  histogram?.forEach((bucket, i) => {
    const before = histogram[i - 1];
    if (bucket.from > bucket.to)
      findings.push({ path: ['histogram', i, 'to'], message: 'to must not be less than from' });
    if (before && bucket.from < before.to) {
      findings.push({
        path: ['histogram', i, 'from'],
        message: 'this range begins before the one above it ends',
      });
    }
  });
  const drawn = findings.length === 0 ? read(input) : undefined;
  if (drawn && !(mean(drawn) <= Number.MAX_SAFE_INTEGER)) {
    findings.push({ path: [], message: 'the mean of this distribution is more than this program can count' });
  }
  return findings;
}

function checkPareto({ min, alpha, max }: NonNullable<RandomInput['pareto']>): Finding[] {
  if (max !== undefined && max < min)
    return [{ path: ['pareto', 'max'], message: 'max must not be less than min' }];
  if (max === undefined && alpha <= 1) {
    return [
      {
        path: ['pareto', 'alpha'],
        message: 'without a max, alpha must be more than 1: the mean would be infinite',
      },
    ];
  }
  return [];
}

function read({
  fixed: value,
  uniform,
  lognormal,
  pareto,
  histogram,
}: RandomInput): Distribution | undefined {
  if (value !== undefined) return fixed(value);
  if (uniform) return { kind: 'uniform', min: uniform.min, max: uniform.max };
  if (lognormal) return { kind: 'lognormal', median: lognormal.median, sigma: lognormal.sigma };
  if (pareto) {
    const { min, alpha, max } = pareto;
    return { kind: 'pareto', min, alpha, ...(max === undefined ? {} : { max }) };
  }
  if (!histogram) return undefined;
  return {
    kind: 'histogram',
    buckets: histogram.map(({ from, to, weight }) => ({ min: from, max: to, weight })),
  };
}

const positiveOf = (schema: z.ZodType<number, QuantityText>): z.ZodType<number, QuantityText> =>
  schema.refine((value) => value > 0, 'must be more than 0');

/** Bytes. */
export const sizeDistribution = distribution(
  size,
  positiveOf(size),
  'a size, such as 64 MiB, or a distribution of sizes',
);

/** Milliseconds. */
export const durationDistribution = distribution(
  duration,
  positiveOf(duration),
  'a duration, such as 5 ms, or a distribution of durations',
);

/** Whole numbers from `least` on. A median may lie between two. */
export const countDistribution = (least: number, what: string): DistributionSchema =>
  distribution(
    count(least, MAX_COUNT),
    z.number().positive().max(MAX_COUNT),
    `${what}, such as 8, or a distribution of counts`,
  );
