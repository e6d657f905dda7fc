import { serialize } from '../base/errors.js';
import type { Outcome } from './world.js';

export const success = <T>(value: T): Outcome<T> => ({ ok: true, value });

export const failure = (error: unknown): Outcome<never> => ({ ok: false, error: serialize(error) });
