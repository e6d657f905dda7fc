import type { SerializedError } from '../../base/errors.js';
import type { JournalChange } from '../../coordinator/index.js';
import type { NodeTask, Operation } from '../../node/index.js';
import type { Fault } from '../faults.js';

/** Who asks something of the repository. */
export type Asker = number | 'coordinator';

/** What happened in a virtual world, for whoever checks it from outside. Times are virtual milliseconds. */
export type Seen =
  /** A node's operation is over: with its answer, or with what it failed of. */
  | {
      readonly kind: 'operation';
      readonly atMs: number;
      readonly startMs: number;
      readonly task: NodeTask;
      readonly generation: number;
      readonly label: string;
      readonly operation: Operation;
      readonly answer: unknown;
      readonly error: SerializedError | undefined;
    }
  /** A node began with a task, or is done with it; `stopped`: it was aborted, its node died, or its lease ran out. */
  | {
      readonly kind: 'task';
      readonly atMs: number;
      readonly task: NodeTask;
      readonly generation: number;
      readonly event: 'begun' | 'finished' | 'failed' | 'stopped';
    }
  /** A request goes to the repository, at its turn. */
  | { readonly kind: 'request'; readonly atMs: number; readonly by: Asker }
  /** The coordinator changed a document of the repository. */
  | {
      readonly kind: 'document';
      readonly atMs: number;
      readonly op: 'write' | 'remove';
      readonly path: string;
    }
  /** The coordinator took away all that was under a label. */
  | { readonly kind: 'dropped'; readonly atMs: number; readonly label: string }
  /** The journal has these changes now. */
  | { readonly kind: 'journal'; readonly atMs: number; readonly changes: readonly JournalChange[] }
  | {
      readonly kind: 'coordinator';
      readonly atMs: number;
      readonly event: 'born' | 'died';
      readonly generation: number;
    }
  | {
      readonly kind: 'fault';
      readonly atMs: number;
      readonly fault: Fault;
      readonly event: 'begun' | 'ended';
    }
  /** A node was asked by the newest coordinator that it knows how its tasks are. */
  | { readonly kind: 'asked'; readonly atMs: number; readonly node: number }
  | {
      readonly kind: 'message';
      readonly atMs: number;
      readonly node: number;
      readonly fate: 'lost' | 'twice' | 'late';
    };

export type Witness = (seen: Seen) => void;
