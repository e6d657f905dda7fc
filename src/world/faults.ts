/*
 * What can go wrong in the virtual world, as plain data: a scenario lists faults, the fuzzer draws them, and a failure that it
 * has shrunk is a list of them again. Times are milliseconds since the world began; a fault that lasts has a length, and
 * without one it lasts until the run's calm phase, or its end. Nodes are ordinals. Nothing here is known to the protocol.
 */

/** A shard by where it belongs, so that a person can read it and a changed catalog does not move it. */
export interface ShardRef {
  readonly database: string;
  readonly table: string;
  readonly partition: string;
  /** The name of the base table or of a rollup. */
  readonly index: string;
  readonly bucket: number;
}

/** From when on, and for how long. */
interface Span {
  readonly fromMs: number;
  readonly forMs?: number;
}

/** The node's process dies, with all that it is doing; it is back after `downMs`, with its disk or with an empty one. */
export interface NodeCrash {
  readonly kind: 'node-crash';
  readonly node: number;
  readonly atMs: number;
  /** Undefined: it stays away. */
  readonly downMs?: number;
  readonly disk: 'kept' | 'lost';
}

/** Everything that the node does takes `factor` times as long. */
export interface NodeSlow extends Span {
  readonly kind: 'node-slow';
  readonly node: number;
  readonly factor: number;
}

/** Whatever reads or writes the node's disk takes `factor` times as long. */
export interface DiskSlow extends Span {
  readonly kind: 'disk-slow';
  readonly node: number;
  readonly factor: number;
}

/** Snapshots cannot be taken, nor files staged. */
export interface DiskFull extends Span {
  readonly kind: 'disk-full';
  readonly node: number;
}

/** From then on, a file of the node's replica cannot be read, in snapshots as well. File 0 is the shard's header. */
export interface FileUnreadable {
  readonly kind: 'file-unreadable';
  readonly node: number;
  readonly shard: ShardRef;
  readonly file: number;
  readonly atMs: number;
}

/** From then on, a file of the node's replica has other bytes than were written, and reads without an error. */
export interface FileCorrupt {
  readonly kind: 'file-corrupt';
  readonly node: number;
  readonly shard: ShardRef;
  readonly file: number;
  readonly atMs: number;
}

/** The node's replica loses the version that is to be backed up: it was merged away, or the replica is gone. */
export interface ReplicaGone {
  readonly kind: 'replica-gone';
  readonly node: number;
  readonly shard: ShardRef;
  readonly atMs: number;
}

/** The node and the coordinator, or the node and the repository, do not reach one another. */
export interface Partition extends Span {
  readonly kind: 'partition';
  readonly node: number;
  readonly from: 'coordinator' | 'repository';
}

/** Messages between coordinator and nodes, both ways, are lost, come twice, or late and so out of order. */
export interface Messages extends Span {
  readonly kind: 'messages';
  /** Undefined: of every node. */
  readonly node?: number;
  /** Shares of all messages, 0 to 1. */
  readonly lost: number;
  readonly duplicated: number;
  /** Each message is late by up to so much. */
  readonly lateMs: number;
}

/**
 * Requests to the repository fail: `error`, a 5xx before anything was done; `slow-down`, the same, saying so; `timeout`, all was
 * done and the answer did not come; `torn`, a half of it was done.
 */
export interface RepositoryFailure extends Span {
  readonly kind: 'repository-failure';
  /** Whose requests. Undefined: everyone's. */
  readonly of?: number | 'coordinator';
  /** Share of the requests, 0 to 1. */
  readonly chance: number;
  readonly failure: 'error' | 'slow-down' | 'timeout' | 'torn';
}

/** Listings of shards' directories tell what was there when the span began. */
export interface StaleListing extends Span {
  readonly kind: 'stale-listing';
}

/** Bits of one stored file flip. */
export interface BitRot {
  readonly kind: 'bit-rot';
  readonly atMs: number;
  /** Which of the data files that are there then, as a share of their number, 0 to 1. */
  readonly pick: number;
}

/** The coordinator dies and another takes its place after `downMs`, knowing no more than the journal. */
export interface CoordinatorCrash {
  readonly kind: 'coordinator-crash';
  /** At a time; or before or after one of the things it asks of its world or journal, counted from when it began (again). */
  readonly atMs?: number;
  readonly afterSteps?: number;
  readonly downMs: number;
}

/** The calendar's time jumps. */
export interface ClockJump {
  readonly kind: 'clock-jump';
  readonly atMs: number;
  readonly byMs: number;
}

/** A table, or one of its partitions, is dropped, and its replicas with it. */
export interface TableDropped {
  readonly kind: 'table-dropped';
  readonly atMs: number;
  readonly database: string;
  readonly table: string;
  readonly partition?: string;
}

/** The user cancels the job: at a time, or when it enters a state. */
export interface Cancel {
  readonly kind: 'cancel';
  readonly atMs?: number;
  readonly inState?: string;
}

export type Fault =
  | NodeCrash
  | NodeSlow
  | DiskSlow
  | DiskFull
  | FileUnreadable
  | FileCorrupt
  | ReplicaGone
  | Partition
  | Messages
  | RepositoryFailure
  | StaleListing
  | BitRot
  | CoordinatorCrash
  | ClockJump
  | TableDropped
  | Cancel;

export type FaultKind = Fault['kind'];

export const FAULT_KINDS: readonly FaultKind[] = [
  'node-crash',
  'node-slow',
  'disk-slow',
  'disk-full',
  'file-unreadable',
  'file-corrupt',
  'replica-gone',
  'partition',
  'messages',
  'repository-failure',
  'stale-listing',
  'bit-rot',
  'coordinator-crash',
  'clock-jump',
  'table-dropped',
  'cancel',
];
