import type { Benchmark } from '../../regression/index.js';

/** What a measuring process is told. It answers each message with one. */
export type ToMeasurer =
  /** Run a case until it is compiled. */
  | { readonly kind: 'warm-up'; readonly name: string }
  /** Run it so often, and tell how long one run took. */
  | { readonly kind: 'sample'; readonly name: string; readonly runs: number }
  | ExactRequest
  | { readonly kind: 'end' };

/** Measure what is exact of these scenarios. */
export interface ExactRequest {
  readonly kind: 'exact';
  readonly kinds: readonly ('virtual' | 'counted')[];
  readonly scenarios: readonly { readonly file: string; readonly text: string }[];
}

/** What a measuring process says: `ready` unasked, once. */
export type FromMeasurer =
  | { readonly kind: 'ready'; readonly names: readonly string[] }
  | { readonly kind: 'warm'; readonly runMs: number }
  | { readonly kind: 'sampled'; readonly runMs: number }
  | { readonly kind: 'measured'; readonly benchmarks: readonly Benchmark[] }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly message: string };
