import type { ErrorCode } from './error-codes.js';

/** A place in a text that a person wrote: a statement, a scenario file. Lines and columns count from 1. */
export interface Place {
  readonly source?: string;
  readonly line: number;
  readonly column: number;
}

export interface DrillErrorOptions {
  /** What to do about it, one sentence. */
  readonly hint?: string | undefined;
  readonly place?: Place | undefined;
  /** The offending line with a caret under it, ready to print. */
  readonly frame?: string | undefined;
  readonly cause?: unknown;
}

/**
 * The one error class of this project. What a caller may rely on is `code`, which is stable and listed in
 * docs/errors.md; the message is for people and may improve.
 */
export class DrillError extends Error {
  override readonly name = 'DrillError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly place: Place | undefined;
  readonly frame: string | undefined;

  constructor(code: ErrorCode, message: string, options: DrillErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.place = options.place;
    this.frame = options.frame;
  }

  /** The whole error as a person should see it: place, message, frame, hint, code. */
  format(): string {
    const where = this.place
      ? `${this.place.source ? `${this.place.source}:` : ''}${this.place.line}:${this.place.column}: `
      : '';
    const parts = [`${where}${this.message}`];
    if (this.frame) parts.push(this.frame);
    if (this.hint) parts.push(`  hint: ${this.hint}`);
    parts.push(`  code: ${this.code}`);
    return parts.join('\n');
  }

  /** A plain object for `--json` output and for crossing a thread boundary. */
  toJSON(): SerializedError {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.place === undefined ? {} : { place: this.place }),
      ...(this.frame === undefined ? {} : { frame: this.frame }),
    };
  }
}

export interface SerializedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly place?: Place;
  readonly frame?: string;
}

/** Any thrown thing as data; what is not a DrillError is a fault of this program. */
export function serialize(error: unknown): SerializedError {
  if (error instanceof DrillError) return error.toJSON();
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new DrillError('INTERNAL', message).toJSON();
}

/** An error that crossed a boundary as data, as an error again. */
export function revive(error: SerializedError): DrillError {
  return new DrillError(error.code, error.message, {
    hint: error.hint,
    place: error.place,
    frame: error.frame,
  });
}

/** Fails loudly where the program itself, not its input, is wrong. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new DrillError('INTERNAL', `this should not happen: ${message}`);
}
