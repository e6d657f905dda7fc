import { isEnded, type JobEvent, type UploadedShards } from '../job/index.js';
import type { Entry } from './entry.js';
import { retraction } from './publish.js';
import { retract } from './retract.js';
import type { World } from './world.js';

export interface PublisherOptions {
  readonly world: World;
  readonly nodeAlive: Uint8Array;
  readonly lostAfterMs: number;
  readonly post: (entry: Entry, event: JobEvent) => void;
  /** Told when nothing of a job that has ended is on its way to the repository any more. */
  readonly onDone: (entry: Entry) => void;
}

/** Writes the manifests of finished backups, and takes back those of cancelled ones. */
export class Publisher {
  private readonly options: PublisherOptions;
  /** Jobs whose manifest waits until nodes have stopped that may still send files. */
  private readonly waiting = new Map<Entry, UploadedShards>();
  /** When nodes were lost that had not stopped. */
  private readonly lostAtMs = new Map<number, number>();

  constructor(options: PublisherOptions) {
    this.options = options;
  }

  /** `untidy`: tasks failed or were moved, and what their nodes still send must not come after the manifest. */
  publish(entry: Entry, uploaded: UploadedShards, untidy: boolean): void {
    entry.publishing = true;
    if (untidy) {
      this.waiting.set(entry, uploaded);
      this.goOn(entry);
    } else this.write(entry, uploaded, false);
  }

  /** Goes on if the job waited for nodes, and no longer has to. */
  goOn(entry: Entry): void {
    const { nodeAlive, world } = this.options;
    const uploaded = this.waiting.get(entry);
    if (!uploaded) return;
    if (isEnded(entry.job)) {
      this.waiting.delete(entry);
      // Another coordinator may have written it before this one.
      return this.retract(entry);
    }
    let untilMs = 0;
    for (const node of entry.unreleased) {
      if (nodeAlive[node]) return;
      untilMs = Math.max(untilMs, (this.lostAtMs.get(node) ?? 0) + this.options.lostAfterMs);
    }
    // A node that is lost stops by itself when it has heard nothing for so long.
    if (untilMs > world.now()) return world.wakeAt(untilMs, () => this.goOn(entry));
    this.waiting.delete(entry);
    return this.write(entry, uploaded, true);
  }

  lose(entry: Entry, node: number): void {
    this.lostAtMs.set(node, this.options.world.now());
    this.goOn(entry);
  }

  /** A job keeps its label until its manifest is gone: another one's would be taken away. */
  retract(entry: Entry): void {
    const { job } = entry;
    const operation = job.kind === 'backup' && retraction(job);
    if (!operation) return;
    entry.publishing = true;
    const mayComeLate = job.kind === 'backup' && !job.canRename && job.restarts > 0;
    retract(this.options.world, operation, { mayComeLate }, () => {
      entry.publishing = false;
      this.options.onDone(entry);
    });
  }

  private write(entry: Entry, uploaded: UploadedShards, untidy: boolean): void {
    const { post } = this.options;
    const isWanted = (): boolean => !isEnded(entry.job);
    entry.work.publish(entry.job, uploaded, { isWanted, untidy }, (outcome) => {
      entry.publishing = false;
      // Its publisher took the manifest back, if that did not fail as well.
      if (!isWanted()) this.retract(entry);
      else if (outcome.ok) post(entry, { kind: 'published', manifestBytes: outcome.value });
      else post(entry, { kind: 'publish-failed', error: outcome.error });
    });
  }
}
