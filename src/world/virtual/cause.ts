import { CAUSES, type Cause } from '../outlook.js';

/** Causes by their number in columns: their place in CAUSES. */
export const CAUSE = Object.fromEntries(CAUSES.map((cause, i) => [cause, i])) as Readonly<
  Record<Cause, number>
>;

export const CAUSE_COUNT = CAUSES.length;

/** The first so many causes are those that hold flows back. */
export const FLOW_CAUSES = CAUSE.limits + 1;
