import type { NodeTask } from '../../node/index.js';
import type { Seen } from '../../world/virtual/witness.js';
import { Checker } from '../checker.js';
import type { Scene } from '../scene.js';

const EPS = 1e-6;

/** The workers that do tasks of a kind, as DESIGN has them: a node's snapshot workers do all that needs no repository. */
type Workers = 'snapshotWorkers' | 'uploadWorkers' | 'downloadWorkers';
const WORKERS: Readonly<Record<NodeTask['kind'], Workers>> = {
  snapshot: 'snapshotWorkers',
  install: 'snapshotWorkers',
  release: 'snapshotWorkers',
  sweep: 'snapshotWorkers',
  upload: 'uploadWorkers',
  download: 'downloadWorkers',
};

/** No moment sees more requests, and no node more tasks at once, than the scenario allows; nothing moves faster than its lane. */
export class Limits extends Checker {
  readonly name = 'limits';
  readonly kinds = ['request', 'task', 'operation'] as const;
  private readonly scene: Scene;
  private tokens: number;
  private tokensAtMs = 0;
  /** Tasks that a node is at, by node and kind of worker. */
  private readonly busy = new Map<string, number>();

  constructor(scene: Scene) {
    super();
    this.scene = scene;
    this.tokens = scene.scenario.repository.limits.requestBurst;
  }

  see(seen: Seen): void {
    if (seen.kind === 'request') this.request(seen.atMs);
    else if (seen.kind === 'task') this.task(seen.task, seen.event, seen.atMs);
    else if (seen.kind === 'operation' && seen.operation.op === 'put' && !seen.error)
      this.moved(seen.operation.shard, seen.operation.file, seen.startMs, seen.atMs);
  }

  /** A bucket that fills at the rate, and is never deeper than the burst: nobody may take from it when it is empty. */
  private request(atMs: number): void {
    const { requestsPerSec, requestBurst } = this.scene.scenario.repository.limits;
    if (requestsPerSec === Infinity) return;
    const filled = this.tokens + ((atMs - this.tokensAtMs) * requestsPerSec) / 1000;
    this.tokens = Math.min(requestBurst, filled) - 1;
    this.tokensAtMs = atMs;
    if (this.tokens < -EPS)
      this.wrong(atMs, `more than ${requestsPerSec} requests a second with bursts of ${requestBurst}`);
  }

  private task(task: NodeTask, event: string, atMs: number): void {
    const workers = WORKERS[task.kind];
    const key = `${workers}/${task.node}`;
    const busy = (this.busy.get(key) ?? 0) + (event === 'begun' ? 1 : -1);
    this.busy.set(key, busy);
    const most = this.scene.scenario.engine[workers];
    if (busy > most) this.wrong(atMs, `node ${task.node} is at ${busy} tasks, and has ${most} ${workers}`);
    if (busy < 0) this.wrong(atMs, `node ${task.node} ended more ${task.kind} tasks than it began`);
  }

  private moved(shard: number, file: number, startMs: number, atMs: number): void {
    const { repository, cluster } = this.scene.scenario;
    const { perConnectionBytesPerSec, bandwidthBytesPerSec, multipart } = repository.limits;
    const { shards } = this.scene.catalog;
    const bytes = shards.fileSizeBytes[shards.firstFile[shard]! + file]!;
    const lanes = multipart && bytes > multipart.partBytes ? multipart.parallel : 1;
    const most = Math.min(
      perConnectionBytesPerSec * lanes,
      bandwidthBytesPerSec,
      cluster.nodes[0]!.hardware.nicBytesPerSec,
    );
    const leastMs = (1000 * bytes) / most;
    if (atMs - startMs < leastMs * (1 - EPS) - EPS)
      this.wrong(atMs, `${bytes} bytes went in ${atMs - startMs} ms, which takes ${leastMs} ms at least`);
  }
}
