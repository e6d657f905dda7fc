import type { HostHardware, NodeHardware, RepositoryLimits } from '../../src/world/hardware.js';
import type { Demand, Use } from './filling.js';

export type FlowKind = 'hash' | 'put' | 'put-hash' | 'processor' | 'rehash';

/** The machines of a reference run: what each node can do (stragglers are slow already), and what is shared. */
export interface Machines {
  readonly nodes: readonly NodeHardware[];
  readonly host: HostHardware;
  readonly limits: RepositoryLimits;
}

/** What a job may move: bytes a second, in all and on each node. */
export interface BytesLimits {
  readonly all: number;
  readonly node: number;
}

export interface Supply {
  readonly capacities: readonly number[];
  /** What a flow asks for now; of a job, which shares what the job may have as well. */
  readonly demandOf: (node: number, kind: FlowKind, job?: number) => Demand;
  /** What a job may have from now on. Without a word of it, whatever there is. */
  readonly limit: (job: number, limits: BytesLimits) => void;
}

const perMs = (perSecond: number): number => perSecond / 1000;

/** Core-milliseconds that a byte costs. */
export function coreMsPerByte(
  kind: FlowKind,
  hashBytesPerSec: number,
  { bytesPerSec: client }: RepositoryLimits['client'],
): number {
  const hashing = 1000 / hashBytesPerSec;
  switch (kind) {
    case 'hash':
    case 'rehash':
      return hashing;
    case 'put':
      return 1000 / client;
    case 'put-hash':
      return hashing + 1000 / client;
    case 'processor':
      return hashBytesPerSec === Infinity ? 1 : hashing;
  }
}

/** How many bytes a flow of so much processor time has. */
export const processorBytes = (durationMs: number, { hashBytesPerSec }: NodeHardware): number =>
  hashBytesPerSec === Infinity ? durationMs : durationMs * perMs(hashBytesPerSec);

/** Every resource there is, and which of them a flow uses: the tables of docs/cost-model.md. */
export function supplyOf({ nodes, host, limits }: Machines): Supply {
  const capacities: number[] = [];
  const add = (capacity: number): number => capacities.push(capacity) - 1;
  const disks = nodes.map((node) => add(perMs(node.diskBytesPerSec)));
  const cards = nodes.map((node) => add(perMs(node.nicBytesPerSec)));
  const hostCount = Math.ceil(nodes.length / host.nodesPerHost);
  const hosts = Array.from({ length: hostCount }, () => ({
    disk: add(perMs(host.diskBytesPerSec)),
    cores: add(host.cores),
  }));
  const repository = add(perMs(limits.bandwidthBytesPerSec));

  /** By job, what it may have in all, and then on each node. */
  const ofJobs = new Map<number, readonly number[]>();
  const limit = (job: number, { all, node }: BytesLimits): void => {
    const [ofAll, ...ofNodes] = ofJobs.get(job) ?? [0, ...nodes].map(() => add(Infinity));
    ofJobs.set(job, [ofAll!, ...ofNodes]);
    capacities[ofAll!] = perMs(all);
    for (const ofNode of ofNodes) capacities[ofNode] = perMs(node);
  };

  const demandOf = (node: number, kind: FlowKind, job?: number): Demand => {
    const ofJob = job === undefined ? undefined : ofJobs.get(job);
    const { disk, cores } = hosts[Math.floor(node / host.nodesPerHost)]!;
    const cost = coreMsPerByte(kind, nodes[node]!.hashBytesPerSec, limits.client);
    const isRead = kind === 'hash' || kind === 'put-hash';
    const isSent = kind === 'put' || kind === 'put-hash';
    const uses: Use[] = [
      ...(isRead ? [disks[node]!, disk] : []),
      ...(isSent ? [cards[node]!, repository] : []),
      ...(isSent && ofJob ? [ofJob[0]!, ofJob[1 + node]!] : []),
    ].map((resource) => ({ resource, perByte: 1 }));
    if (cost > 0) uses.push({ resource: cores, perByte: cost });
    return {
      cap: Math.min(1 / cost, isSent ? perMs(limits.perConnectionBytesPerSec) : Infinity),
      uses: uses.filter(({ resource }) => capacities[resource] !== Infinity),
    };
  };
  return { capacities, demandOf, limit };
}
