import type { S3Request } from './request.js';

/** What goes wrong, on the server or on the way. */
export type FaultKind =
  /** The request is refused with this. */
  | { readonly refuse: number; readonly code: string; readonly headers?: Readonly<Record<string, string>> }
  /** Status 200, and a body that says what the status does not. */
  | { readonly errorInOk: string }
  /** The connection breaks before anything is done, or after all is done and before the answer. */
  | { readonly reset: 'before' | 'after' }
  /** The answer's body breaks off after so many bytes, by a reset, or by a proper end of the connection. */
  | { readonly cutBodyAfter: number; readonly how: 'reset' | 'end' }
  /** The answer's body stops after so many bytes, and the connection stays. */
  | { readonly stallBodyAfter: number }
  /** There is never an answer. */
  | { readonly silence: true }
  /** The body of the request is changed on its way. */
  | { readonly damageBody: true }
  /** What answers is no S3 server. */
  | { readonly html: true };

export interface ServerFault {
  /** S3's name of the operation; undefined: any. */
  readonly operation?: string;
  readonly key?: RegExp;
  /** How many requests it strikes. Default: 1. */
  readonly times?: number;
  readonly kind: FaultKind;
}

export const slowDown = (retryAfterSeconds?: number): FaultKind => ({
  refuse: 503,
  code: 'SlowDown',
  ...(retryAfterSeconds === undefined ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } }),
});

export interface FaultList {
  add(...faults: readonly ServerFault[]): void;
  clear(): void;
  /** The fault that strikes a request, which uses it up by one. */
  strike(request: Pick<S3Request, 'operation' | 'key'>): FaultKind | undefined;
}

export function faultList(): FaultList {
  let pending: { readonly fault: ServerFault; left: number }[] = [];
  return {
    add: (...faults) => void pending.push(...faults.map((fault) => ({ fault, left: fault.times ?? 1 }))),
    clear: () => void (pending = []),
    strike({ operation, key }) {
      const found = pending.find(
        ({ fault, left }) =>
          left > 0 &&
          (fault.operation === undefined || fault.operation === operation) &&
          (fault.key?.test(key) ?? true),
      );
      if (!found) return undefined;
      found.left--;
      return found.fault.kind;
    },
  };
}
