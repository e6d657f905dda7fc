import type { StoredJob } from '../../coordinator/index.js';
import type { Seen } from '../../world/virtual/witness.js';
import { Checker, type Final } from '../checker.js';
import type { JobLog } from '../job-log.js';
import { namedFiles } from '../manifest.js';
import { objectsOfShard } from '../objects.js';
import { contentText, directoryOf, infoPathOf, type Scene, type Stage } from '../scene.js';

const INFO = /^(.*\/__ss_([^/]+))\/__info_(.+)$/;

/**
 * A snapshot is there for users only while every file that it names is: whenever an `__info` is written, whenever anything
 * changes under a label that has one, and at the end. What a job says it has uploaded is there. A job that finished shows its
 * snapshot, and one that was cancelled shows none.
 */
export class AllOrNothing extends Checker {
  readonly name = 'all-or-nothing';
  readonly kinds = ['document', 'dropped', 'operation', 'journal', 'fault'] as const;
  private readonly scene: Scene;
  private readonly stage: Stage;
  private readonly log: JobLog;
  /** Paths of `__info` documents that are there. */
  private readonly published = new Map<string, string>();
  private readonly saved = new Set<number>();
  private readonly finished = new Set<number>();
  /** Files that bits may have flipped in, since the world says so. */
  private rotten = 0;

  constructor(scene: Scene, stage: Stage, log: JobLog) {
    super();
    this.scene = scene;
    this.stage = stage;
    this.log = log;
  }

  see(seen: Seen): void {
    switch (seen.kind) {
      case 'document':
        this.document(seen.op, seen.path, seen.atMs);
        break;
      case 'dropped':
        for (const [path, label] of this.published) if (label === seen.label) this.published.delete(path);
        break;
      case 'operation': {
        const { op } = seen.operation;
        if (this.published.size === 0 || (op !== 'put' && op !== 'rename' && op !== 'delete')) break;
        for (const [path, label] of this.published) if (label === seen.label) this.check(path, seen.atMs);
        break;
      }
      case 'fault':
        if (seen.fault.kind === 'bit-rot' && seen.event === 'begun') this.rotten++;
        break;
      case 'journal':
        for (const change of seen.changes) if (change.kind === 'job') this.written(change.job, seen.atMs);
        break;
      default:
    }
  }

  protected override judge({ nowMs }: Final): void {
    const { repository } = this.stage;
    for (const { label, timestamps } of repository.listings())
      for (const timestamp of timestamps) this.check(infoPathOf(this.scene, label, timestamp), nowMs);
    for (const job of this.log.jobs.values()) {
      if (job.kind !== 'backup' || job.stored.detail.kind !== 'backup') continue;
      const isShown = repository.timestampsOf(job.label).includes(job.stored.detail.backupTime);
      if (job.state === 'CANCELLED' && isShown && !this.isOthers(job.id, job.label))
        this.wrong(nowMs, `job ${job.id} was cancelled, and its snapshot ${job.label} is shown`);
      if (job.state === 'FINISHED' && !isShown && !this.stage.dropped.has(job.label))
        this.wrong(nowMs, `job ${job.id} finished, and its snapshot ${job.label} is not shown`);
    }
  }

  /** Two jobs accepted within a second date their snapshots alike: the one that is shown may be the later one's. */
  private isOthers(jobId: number, label: string): boolean {
    return this.log.under(label).some(({ id, state }) => id !== jobId && state === 'FINISHED');
  }

  private document(op: 'write' | 'remove', path: string, atMs: number): void {
    const match = INFO.exec(path);
    if (!match) return;
    if (op === 'remove') {
      this.published.delete(path);
      return;
    }
    this.published.set(path, match[2]!);
    this.check(path, atMs);
  }

  /** A job that says what it uploaded goes by that from then on: so it must be there. */
  private written(job: StoredJob, atMs: number): void {
    const { id, label, uploaded, detail } = job;
    if (detail.kind !== 'backup') return;
    const { state } = job.states.at(-1)!;
    if (uploaded && !this.saved.has(id)) {
      this.saved.add(id);
      const there = this.stage.repository.contents(label);
      for (const [i, shardId] of uploaded.shards.entries()) this.isUploaded(job, shardId, i, there, atMs);
    }
    if (state !== 'FINISHED' || this.finished.has(id)) return;
    this.finished.add(id);
    if (!this.stage.repository.timestampsOf(label).includes(detail.backupTime))
      this.wrong(atMs, `job ${id} is FINISHED, and no __info of it is there`);
  }

  private isUploaded(
    { id, label, uploaded }: StoredJob,
    shardId: number,
    i: number,
    there: ReadonlyMap<string, string>,
    atMs: number,
  ): void {
    const shard = this.scene.shardOfId.get(shardId);
    if (!shard) return this.wrong(atMs, `job ${id} uploaded shard ${shardId}, which there never was`);
    const checksums = uploaded!.checksums[i];
    if (checksums?.length !== shard.files)
      return this.wrong(
        atMs,
        `job ${id} has ${checksums?.length} checksums of ${shard.files} files of shard ${shardId}`,
      );
    const bundles = uploaded!.bundles?.[i] ?? [];
    for (const { name, files } of objectsOfShard(this.scene, shard)) {
      const [first] = files as [number];
      const bundle = bundles.find(({ firstFile }) => firstFile === first);
      const checksum = files.length > 1 ? bundle?.checksum : checksums[first];
      const text = typeof checksum === 'number' ? contentText(checksum) : checksum;
      const path = `${directoryOf(this.scene, label)}/${shard.directory}/${name}.${text}`;
      if (!there.has(path)) this.wrong(atMs, `job ${id} is to have uploaded ${path}, which is not there`);
    }
  }

  /** Every file that a manifest names is there, and is what its name says. */
  private check(path: string, atMs: number): void {
    const [, directory, label] = INFO.exec(path)!;
    const manifest = this.stage.manifestAt(path);
    if (!manifest) return;
    const there = this.stage.repository.contents(label!);
    let wrong = 0;
    for (const named of namedFiles(manifest)) {
      const file = `${directory}/${named}`;
      const content = there.get(file);
      if (content === undefined) this.wrong(atMs, `${path} names ${file}, which is not there`);
      else if (!file.endsWith(`.${content}`) && ++wrong > this.rotten)
        this.wrong(atMs, `${path} names ${file}, which holds ${content}`);
    }
  }
}
