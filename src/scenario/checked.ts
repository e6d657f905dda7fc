import type * as z from 'zod';

type Checked<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly issues: readonly z.core.$ZodIssue[] };

/** What a schema makes of a value. With some hundred thousand mistakes in it, zod's own list of them overflows the stack. */
export function checked<T>(schema: z.ZodType<T>, value: unknown): Checked<T> {
  try {
    const result = schema.safeParse(value);
    return result.success ? result : { success: false, issues: result.error.issues };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = 'must have fewer mistakes in it: these are more than can be told';
    return { success: false, issues: [{ code: 'custom', path: [], message, input: value }] };
  }
}
