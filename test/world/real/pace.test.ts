import test from 'ava';
import { nowNs, msToNs, Pacer } from '../../../src/world/real/pacer.js';
import { Pace, TaskAborted, type PaceSetup } from '../../../src/world/real/pace.js';
import { ABORT_CELLS, PROGRESS } from '../../../src/world/real/protocol.js';
import { HARDWARE, LIMITS } from '../../fixtures/scenarios.js';

const JOB = 7;

function setup(): PaceSetup {
  const aborts = new SharedArrayBuffer(ABORT_CELLS * Int32Array.BYTES_PER_ELEMENT);
  // Whoever waits is told that its job was aborted: so a test sees what had been taken before the waiting began.
  new Int32Array(aborts)[JOB] = 1;
  return {
    nodeName: 'be-1',
    hardware: HARDWARE,
    limits: LIMITS,
    seed: '1',
    shared: {
      disk: Pacer.cell(),
      nic: Pacer.cell(),
      bandwidth: Pacer.cell(),
      requests: Pacer.cell(),
      aborts,
      progress: new SharedArrayBuffer(PROGRESS.cells * BigInt64Array.BYTES_PER_ELEMENT),
      ready: new SharedArrayBuffer(4),
    },
  };
}

// Found by the accuracy suite: with latencies that vary, a card was reserved from when the slowest answer was to come, and
// everybody whose answer came before waited for it: each request cost the longest latency of its neighbours.
test('a transfer whose request is not answered yet takes nothing of what threads share', (t) => {
  const worker = setup();
  const pace = new Pace(worker, 1);
  pace.begin({
    kind: 'task',
    task: { kind: 'release', taskId: 1, attempt: 1, jobId: JOB, node: 0, shards: new Int32Array(0) },
    generation: 1,
    label: '',
    repository: '',
    mounted: undefined,
    durable: false,
    sentNs: nowNs(),
    sendOrdinal: 0,
    shards: [],
  });
  const answeredNs = nowNs() + msToNs(60_000);
  for (const clock of [pace.transferring(answeredNs), pace.transferringHashed(answeredNs)]) {
    t.throws(() => pace.payFrom(answeredNs, clock, 1_000_000), { instanceOf: TaskAborted });
  }
  for (const cell of [worker.shared.nic, worker.shared.bandwidth, worker.shared.disk])
    t.is(new BigInt64Array(cell)[0], 0n);
});
