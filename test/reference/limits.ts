import { nodeHardware, type Scenario } from '../../src/scenario/index.js';
import type { BytesLimits } from './demands.js';

/** One flow at one instant. */
export interface FlowRate {
  readonly job?: number | undefined;
  readonly node: number;
  readonly kind: 'hash' | 'put' | 'put-hash' | 'processor' | 'rehash';
  readonly bytesPerMs: number;
}

export interface RateChecks {
  /** What is used beyond its capacity: resources by name, and flows faster than they can be by themselves. */
  readonly exceeded: (rates: readonly FlowRate[]) => string[];
  /** Flows that could be faster without taking anything from one that is not faster than they are. */
  readonly unfair: (rates: readonly FlowRate[]) => string[];
}

/** Relative: rates are found by sums in different orders. */
const TOLERANCE = 1e-9;

interface Limit {
  readonly name: string;
  readonly capacity: number;
  readonly perByte: number;
}

interface Load {
  readonly capacity: number;
  used: number;
  fastest: number;
}

/**
 * Checks instantaneous rates against what docs/cost-model.md says of a scenario's resources: that none is exceeded, and
 * that they are max-min fair in bytes, that is, that each flow has a bottleneck: it is at its own limit, or it uses
 * something that is full and of whose users none is faster. `ofJob`: what a job may move now; undefined: whatever there is.
 */
export function rateChecks(
  scenario: Scenario,
  ofJob: (job: number) => BytesLimits | undefined = () => undefined,
): RateChecks {
  const limits = limitsOf(scenario, ofJob);
  const loads = (rates: readonly FlowRate[]): Map<string, Load> => {
    const byName = new Map<string, Load>();
    for (const flow of rates) {
      for (const { name, capacity, perByte } of limits.shared(flow)) {
        const load = byName.get(name) ?? { capacity, used: 0, fastest: 0 };
        byName.set(name, load);
        load.used += flow.bytesPerMs * perByte;
        load.fastest = Math.max(load.fastest, flow.bytesPerMs);
      }
    }
    return byName;
  };
  const isAtMost = (value: number, most: number): boolean => value <= most * (1 + TOLERANCE);

  return {
    exceeded(rates) {
      const full = [...loads(rates)].filter(([, { used, capacity }]) => !isAtMost(used, capacity));
      const fast = rates.filter((flow) => !isAtMost(flow.bytesPerMs, limits.own(flow)));
      return [
        ...full.map(([name, { used, capacity }]) => `${name}: ${used} of ${capacity}`),
        ...fast.map((flow) => `${text(flow)}: alone at most ${limits.own(flow)}`),
      ];
    },
    unfair(rates) {
      const byName = loads(rates);
      const hasBottleneck = (flow: FlowRate): boolean =>
        isAtMost(limits.own(flow), flow.bytesPerMs) ||
        limits.shared(flow).some(({ name }) => {
          const { used, capacity, fastest } = byName.get(name)!;
          return isAtMost(capacity, used) && isAtMost(fastest, flow.bytesPerMs);
        });
      return rates.filter((flow) => !hasBottleneck(flow)).map((flow) => `${text(flow)}: has no bottleneck`);
    },
  };
}

const text = ({ node, kind, bytesPerMs }: FlowRate): string => `${kind} of node ${node} at ${bytesPerMs}`;

/** What limits a flow: alone, and together with others. Capacities in bytes, or core-milliseconds, a millisecond. */
function limitsOf(
  scenario: Scenario,
  ofJob: (job: number) => BytesLimits | undefined,
): {
  readonly own: (flow: FlowRate) => number;
  readonly shared: (flow: FlowRate) => Limit[];
} {
  const hardware = nodeHardware(scenario);
  const { host } = scenario.cluster;
  const { client, bandwidthBytesPerSec, perConnectionBytesPerSec } = scenario.repository.limits;

  const coreMsPerByte = ({ node, kind }: FlowRate): number => {
    const { hashBytesPerSec } = hardware[node]!;
    if (kind === 'processor') return hashBytesPerSec < Infinity ? 1000 / hashBytesPerSec : 1;
    const hashing = kind === 'put' ? 0 : 1000 / hashBytesPerSec;
    const sending = kind === 'hash' || kind === 'rehash' ? 0 : 1000 / client.bytesPerSec;
    return hashing + sending;
  };
  const usesRepository = ({ kind }: FlowRate): boolean => kind === 'put' || kind === 'put-hash';
  const usesDisk = ({ kind }: FlowRate): boolean => kind === 'hash' || kind === 'put-hash';

  return {
    own: (flow) =>
      Math.min(1 / coreMsPerByte(flow), usesRepository(flow) ? perConnectionBytesPerSec / 1000 : Infinity),
    shared(flow) {
      const { node } = flow;
      const hostName = `host ${Math.floor(node / host.nodesPerHost)}`;
      const { diskBytesPerSec, nicBytesPerSec } = hardware[node]!;
      const bytes = (name: string, perSec: number): Limit => ({ name, capacity: perSec / 1000, perByte: 1 });
      const cores = { name: `cores of ${hostName}`, capacity: host.cores, perByte: coreMsPerByte(flow) };
      const disks = [
        bytes(`disk of node ${node}`, diskBytesPerSec),
        bytes(`disk of ${hostName}`, host.diskBytesPerSec),
      ];
      const ways = [bytes(`card of node ${node}`, nicBytesPerSec), bytes('repository', bandwidthBytesPerSec)];
      const may = flow.job === undefined ? undefined : ofJob(flow.job);
      const mays = may
        ? [bytes(`job ${flow.job}`, may.all), bytes(`job ${flow.job} on node ${node}`, may.node)]
        : [];
      const sends = usesRepository(flow) ? [...ways, ...mays] : [];
      return [...(usesDisk(flow) ? disks : []), ...sends, cores].filter(
        ({ capacity, perByte }) => capacity < Infinity && perByte > 0,
      );
    },
  };
}
