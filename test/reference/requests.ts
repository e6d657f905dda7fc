import { invariant } from '../../src/base/errors.js';
import type { NodeHardware, RepositoryLimits } from '../../src/world/hardware.js';
import { processorBytes } from './demands.js';
import type { Process, Step, Timeline } from './timeline.js';

export interface Requests {
  /** One request of a node, or of the coordinator. */
  readonly request: (node: number | 'coordinator', makesDirectory?: boolean) => Process;
  readonly count: () => number;
}

export function createRequests(
  timeline: Timeline,
  nodes: readonly NodeHardware[],
  { latencyMs, requestsPerSec, requestBurst, client }: RepositoryLimits,
): Requests {
  invariant(
    latencyMs.kind === 'fixed',
    'the reference knows fixed latencies only: a draw is of whoever asks',
  );
  const latency = latencyMs.value;
  const takeToken = createBucket(timeline, requestsPerSec / 1000, requestBurst);
  let count = 0;

  function* request(node: number | 'coordinator', makesDirectory = false): Process {
    count++;
    const workMs = client.requestMs + (makesDirectory ? client.directoryMs : 0);
    if (node === 'coordinator' || workMs === 0) return yield* answer();
    const work = timeline.flow(node, 'processor', processorBytes(workMs, nodes[node]!));
    yield both(timeline, work, answer());
  }

  function* answer(): Process {
    yield* takeToken();
    // An event also where it takes no time: whoever asked at this instant stands in line before the next request.
    yield timeline.until(timeline.now() + latency);
  }

  return { request, count: () => count };
}

/** Goes on when both have ended. */
const both =
  (timeline: Timeline, a: Process, b: Process): Step =>
  (done) => {
    let left = 2;
    const end = (): void => {
      if (--left === 0) done();
    };
    timeline.start(a, end);
    timeline.start(b, end);
  };

/** A bucket of tokens and the queue before it. */
function createBucket(timeline: Timeline, tokensPerMs: number, burst: number): () => Process {
  let tokens = burst;
  let filledAtMs = 0;
  const queue: (() => void)[] = [];

  const fill = (): void => {
    const nowMs = timeline.now();
    tokens = Math.min(burst, tokens + (nowMs - filledAtMs) * tokensPerMs);
    filledAtMs = nowMs;
  };

  /** Serves the first of the queue as soon as there is a whole token. */
  const serve = (): void => {
    fill();
    const waitMs = Math.max(0, 1 - tokens) / tokensPerMs;
    timeline.until(timeline.now() + waitMs)(() => {
      const first = queue.shift()!;
      filledAtMs = timeline.now();
      tokens = 0;
      // Before anything else: the first may be the next one to stand in line.
      if (queue.length > 0) serve();
      first();
    });
  };

  const line: Step = (done) => {
    if (queue.push(done) === 1) serve();
  };

  return function* takeToken(): Process {
    if (tokensPerMs === Infinity) return;
    fill();
    if (queue.length === 0 && tokens >= 1) tokens--;
    else yield line;
  };
}
