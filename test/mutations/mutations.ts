import { BUNDLE_MUTATIONS } from './bundle-mutations.js';
import { LIMIT_MUTATIONS } from './limit-mutations.js';
import { PROTOCOL_MUTATIONS } from './protocol-mutations.js';

/*
 * Mistakes that one could make, each a change of one place of the source. The fuzzer has to find every one, or, of what virtual time
 * does not have or the fuzzer does not draw, a test: one that is not found is a checker that is missing. `npm run mutate` plants
 * them into a scratch copy, one at a time.
 */

export interface Mutation {
  readonly name: string;
  /** What goes wrong because of it. */
  readonly because: string;
  readonly file: string;
  /** What stands in the file, once, and what stands there instead. */
  readonly from: string;
  readonly to: string;
  /** The compiled test that has to fail; absent: the fuzzer looks for it. */
  readonly test?: string;
}

export const MUTATIONS: readonly Mutation[] = [
  ...PROTOCOL_MUTATIONS,
  ...BUNDLE_MUTATIONS,
  ...LIMIT_MUTATIONS,
];
