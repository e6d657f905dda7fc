import type { VariantReport } from '../../world/result.js';
import type { Figure } from './figure.js';
import { matrixFigure } from './matrix.js';
import { scalingFigure } from './scaling.js';

/** Several variants in one chart: of a sweep over two knobs the durations, of others the throughput. */
export const sweepFigure = (
  variants: readonly VariantReport[],
  windowMs: number | undefined,
): Figure | undefined => matrixFigure(variants, windowMs) ?? scalingFigure(variants);
