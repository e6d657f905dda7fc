import { invariant } from '../../base/errors.js';
import type { Procedure, TaskReport } from '../../node/index.js';
import type { Recorder } from '../recorder.js';
import type { FileStates } from './file-states.js';
import type { FlowKind } from './flow-kind.js';
import type { Running } from './running.js';

/** What an activity waits for. */
export const STAGE = {
  /** The message that brings the task to its node, or a worker there. */
  arriving: 0,
  /** A time that passes by itself. */
  delayed: 1,
  /** A request's answer, and perhaps still the processor's work for it; … */
  asking: 2,
  /** … or only that work. */
  computing: 3,
  /** Bytes on their way. */
  moving: 4,
  /** The message that brings the report to the coordinator. */
  answering: 5,
  /** A job's limit, before a request or a transfer. */
  limited: 6,
} as const;

export type Stage = (typeof STAGE)[keyof typeof STAGE];

/** What an operation changes, where that is known when it begins: most are of these kinds, and need no second look. */
export const EFFECT = {
  /** To be looked up in the operation. */
  other: 0,
  /** Nothing: the file was only read. */
  none: 1,
  /** The file was sent, under its `.part` name or its own; or it has its own name now. */
  part: 2,
  whole: 3,
  renamed: 4,
} as const;

export type Effect = (typeof EFFECT)[keyof typeof EFFECT];

const WHOLES = 8;
const STAGE_AT = 0;
const KIND = 1;
const NODE = 2;
const STAMP = 3;
const EFFECT_AT = 4;
const ORDINAL = 5;
const FIRST_FILE = 6;
const FLAGS = 7;

const COMPUTING = 1;
const IS_FIRST = 2;
const TRANSFERRING = 4;

const MOMENTS = 8;
const BYTES = 0;
const FILE_BYTES = 1;
const OPERATION_START = 2;
const TASK_START = 3;
const MOVED_BYTES = 4;
const MOVED_FILES = 5;
const FLOW_SINCE = 6;
const NOTED_BYTES = 7;

/**
 * Whatever goes on at nodes: tasks with their operations one after the other, and parts of files. Each has a slot, in which
 * all that an event looks at lies side by side. With thousands of workers that take turns, what costs time is not what is
 * computed, but how many places in memory it takes.
 */
export class Activities {
  /** Of a task: itself; of a part: its task. Undefined: the slot is free. */
  readonly running: (Running | undefined)[] = [];
  /** Of a task that a worker has begun with: what it does, who watches it, and what the repository has of its label. */
  readonly recorders: (Recorder | undefined)[] = [];
  readonly remotes: (FileStates | undefined)[] = [];
  readonly procedures: (Procedure<TaskReport> | undefined)[] = [];
  private wholes = new Int32Array(64 * WHOLES);
  private moments = new Float64Array(64 * MOMENTS);
  private readonly free: number[] = [];
  private nextStamp = 0;

  /** Gives out a slot. What its holder before it was told of is void: it has a stamp of its own. */
  admit(running: Running): number {
    const slot = this.free.pop() ?? this.running.length;
    if ((slot + 1) * WHOLES > this.wholes.length) this.grow();
    this.running[slot] = running;
    this.procedures[slot] = undefined;
    this.recorders[slot] = undefined;
    this.remotes[slot] = undefined;
    this.wholes.fill(0, slot * WHOLES, (slot + 1) * WHOLES);
    this.moments.fill(0, slot * MOMENTS, (slot + 1) * MOMENTS);
    this.wholes[slot * WHOLES + NODE] = running.task.node;
    this.wholes[slot * WHOLES + ORDINAL] = -1;
    this.wholes[slot * WHOLES + STAMP] = this.nextStamp = (this.nextStamp + 1) & 0x7fffffff;
    return slot;
  }

  dismiss(slot: number): void {
    this.running[slot] = undefined;
    this.procedures[slot] = undefined;
    this.recorders[slot] = undefined;
    this.remotes[slot] = undefined;
    this.wholes[slot * WHOLES + STAMP] = -1;
    this.free.push(slot);
  }

  runningAt(slot: number): Running {
    const running = this.running[slot];
    invariant(running, 'nobody has this slot');
    return running;
  }

  stamp(slot: number): number {
    return this.wholes[slot * WHOLES + STAMP]!;
  }

  node(slot: number): number {
    return this.wholes[slot * WHOLES + NODE]!;
  }

  stage(slot: number): Stage {
    return this.wholes[slot * WHOLES + STAGE_AT] as Stage;
  }

  setStage(slot: number, stage: Stage): void {
    this.wholes[slot * WHOLES + STAGE_AT] = stage;
  }

  /** What its flow is, or will be once its request is answered. */
  kind(slot: number): FlowKind {
    return this.wholes[slot * WHOLES + KIND] as FlowKind;
  }

  setKind(slot: number, kind: FlowKind): void {
    this.wholes[slot * WHOLES + KIND] = kind;
  }

  /** Whether the processor works for its request. */
  isComputing(slot: number): boolean {
    return (this.wholes[slot * WHOLES + FLAGS]! & COMPUTING) !== 0;
  }

  setComputing(slot: number, isComputing: boolean): void {
    if (isComputing) this.wholes[slot * WHOLES + FLAGS]! |= COMPUTING;
    else this.wholes[slot * WHOLES + FLAGS]! &= ~COMPUTING;
  }

  /** Whether a file, or a bundle, is on its way: from when it might be to the end of its operation. */
  isTransferring(slot: number): boolean {
    return (this.wholes[slot * WHOLES + FLAGS]! & TRANSFERRING) !== 0;
  }

  setTransferring(slot: number, isTransferring: boolean): void {
    if (isTransferring) this.wholes[slot * WHOLES + FLAGS]! |= TRANSFERRING;
    else this.wholes[slot * WHOLES + FLAGS]! &= ~TRANSFERRING;
  }

  effect(slot: number): Effect {
    return this.wholes[slot * WHOLES + EFFECT_AT] as Effect;
  }

  setEffect(slot: number, effect: Effect): void {
    this.wholes[slot * WHOLES + EFFECT_AT] = effect;
  }

  /** Of an operation on a file: the file's ordinal in the catalog. */
  ordinal(slot: number): number {
    return this.wholes[slot * WHOLES + ORDINAL]!;
  }

  setOrdinal(slot: number, ordinal: number): void {
    this.wholes[slot * WHOLES + ORDINAL] = ordinal;
  }

  /** The ordinal of the first file of the shard that is being worked on. */
  firstFile(slot: number): number {
    return this.wholes[slot * WHOLES + FIRST_FILE]!;
  }

  setFirstFile(slot: number, ordinal: number): void {
    this.wholes[slot * WHOLES + FIRST_FILE] = ordinal;
  }

  /** Another shard is taken up: the next file is the first that is sent of it. */
  beginShard(slot: number, firstFile: number): void {
    this.wholes[slot * WHOLES + FIRST_FILE] = firstFile;
    this.wholes[slot * WHOLES + FLAGS]! |= IS_FIRST;
  }

  /** Whether the file that is sent now is the first of its shard. */
  takeFirst(slot: number): boolean {
    const flags = this.wholes[slot * WHOLES + FLAGS]!;
    this.wholes[slot * WHOLES + FLAGS] = flags & ~IS_FIRST;
    return (flags & IS_FIRST) !== 0;
  }

  /** Bytes that flow once the request is answered. */
  bytes(slot: number): number {
    return this.moments[slot * MOMENTS + BYTES]!;
  }

  setBytes(slot: number, bytes: number): void {
    this.moments[slot * MOMENTS + BYTES] = bytes;
  }

  /** The size of the file at `ordinal`. */
  fileBytes(slot: number): number {
    return this.moments[slot * MOMENTS + FILE_BYTES]!;
  }

  setFileBytes(slot: number, bytes: number): void {
    this.moments[slot * MOMENTS + FILE_BYTES] = bytes;
  }

  operationStartMs(slot: number): number {
    return this.moments[slot * MOMENTS + OPERATION_START]!;
  }

  setOperationStart(slot: number, atMs: number): void {
    this.moments[slot * MOMENTS + OPERATION_START] = atMs;
  }

  /** When its flow began; or when it was noted last how far it had come, and how far. */
  flowSinceMs(slot: number): number {
    return this.moments[slot * MOMENTS + FLOW_SINCE]!;
  }

  notedBytes(slot: number): number {
    return this.moments[slot * MOMENTS + NOTED_BYTES]!;
  }

  setNoted(slot: number, atMs: number, bytes: number): void {
    this.moments[slot * MOMENTS + FLOW_SINCE] = atMs;
    this.moments[slot * MOMENTS + NOTED_BYTES] = bytes;
  }

  /** Whether its last flow moved so many bytes and ended before it was noted how far it had come. */
  isUnnoted(slot: number, bytes: number): boolean {
    return this.moments[slot * MOMENTS + NOTED_BYTES] === 0 && this.moments[slot * MOMENTS + BYTES] === bytes;
  }

  taskStartMs(slot: number): number {
    return this.moments[slot * MOMENTS + TASK_START]!;
  }

  setTaskStart(slot: number, atMs: number): void {
    this.moments[slot * MOMENTS + TASK_START] = atMs;
  }

  /** The file being worked on has been moved, or the bundle of so many. */
  countMoved(slot: number, files: number): void {
    const first = slot * MOMENTS;
    this.moments[first + MOVED_FILES]! += files;
    this.moments[first + MOVED_BYTES]! += this.moments[first + FILE_BYTES]!;
  }

  movedFiles(slot: number): number {
    return this.moments[slot * MOMENTS + MOVED_FILES]!;
  }

  movedBytes(slot: number): number {
    return this.moments[slot * MOMENTS + MOVED_BYTES]!;
  }

  private grow(): void {
    const { wholes, moments } = this;
    this.wholes = new Int32Array(wholes.length * 2);
    this.wholes.set(wholes);
    this.moments = new Float64Array(moments.length * 2);
    this.moments.set(moments);
  }
}
