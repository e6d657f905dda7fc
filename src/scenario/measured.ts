import { mean, type Distribution } from '../base/distribution.js';
import type { CoordinatorHardware, HostHardware, NodeHardware, RepositoryLimits } from '../world/hardware.js';
import { bundledCost, slowerBundled } from './bundled-cost.js';
import { checked } from './checked.js';
import { readDocument } from './document.js';
import { explainIssues } from './explain.js';
import { deepFreeze } from './freeze.js';
import { HARDWARE_FILE, measuredSchema, type MeasuredInput } from './measured-schema.js';
import { keyRange, valueRange } from './places.js';
import { problemsError, type Problem } from './problems.js';
import type { Scenario } from './scenario.js';

/**
 * What a machine and a repository really give, as `drill calibrate` found it. Not a limit that real runs keep, but what they
 * cannot exceed. What was not measured is Infinity, or 0 ms.
 */
export interface MeasuredHardware {
  readonly node: NodeHardware;
  /** `nodes`: `all` where the nodes of a real run share one machine, whatever their number. */
  readonly host: Omit<HostHardware, 'nodesPerHost'> & { readonly nodes: number | 'all' };
  readonly coordinator: CoordinatorHardware;
  /** `type` and `durable`: undefined in a file that says nothing of them, or of any. */
  readonly repository: Omit<RepositoryLimits, 'multipart'> & {
    readonly type: 'local' | 's3' | undefined;
    readonly durable?: boolean | undefined;
  };
  readonly origin: MeasuredOrigin;
}

/** Where measured figures come from: carried along for people, not used. */
export interface MeasuredOrigin {
  readonly date?: string | undefined;
  readonly by?: string | undefined;
  readonly machine?:
    | { readonly cpu: string; readonly cores: number; readonly node: string; readonly platform: string }
    | undefined;
  readonly repository?: string | undefined;
  /** Each figure by its name, with its unit. */
  readonly figures: Readonly<Record<string, MeasuredFigure>>;
  readonly fit: readonly MeasuredTrial[];
}

export interface MeasuredFigure {
  readonly median: string;
  readonly p10: string;
  readonly p90: string;
  readonly samples: number;
}

/** A real run and its prediction: milliseconds in UPLOADING. */
export interface MeasuredTrial {
  readonly scenario: string;
  readonly use: 'fitted' | 'held back';
  readonly measured: number;
  readonly predicted: number;
  readonly error?: string | undefined;
}

/**
 * Reads a file of measured hardware. Throws one DrillError that tells everything that is wrong with it, and where, as
 * `loadScenario` does.
 */
export function loadMeasured(text: string, fileName: string): MeasuredHardware {
  const source = readDocument(text, fileName, HARDWARE_FILE);
  const parsed = checked(measuredSchema, source.raw);
  if (parsed.success) return deepFreeze(measuredOf(parsed.data));
  const { document } = source;
  const root = document.contents;
  const problems = explainIssues(parsed.issues, source.raw, HARDWARE_FILE).map(
    ({ path, at, message, hint }): Problem => {
      const key = at === 'key' ? keyRange(document, root, path) : undefined;
      const range = key ?? valueRange(document, root, path) ?? { start: 0, end: 1 };
      return { code: 'SCENARIO_INVALID', message, hint, range };
    },
  );
  throw problemsError(source.text, fileName, problems, HARDWARE_FILE);
}

function measuredOf({ cluster, repository, measured }: MeasuredInput): MeasuredHardware {
  const { hardware, host, coordinator } = cluster;
  return {
    node: {
      diskBytesPerSec: hardware.disk,
      hashBytesPerSec: hardware.hash,
      nicBytesPerSec: hardware.nic,
      linkMs: hardware.link,
      snapshotMs: hardware.snapshot,
    },
    host: {
      nodes: host.nodes,
      cores: host.cores === 'unlimited' ? Infinity : host.cores,
      diskBytesPerSec: host.disk,
    },
    coordinator: {
      messageMs: coordinator.message,
      persistMs: coordinator.persist,
      manifestBytesPerSec: coordinator.manifest,
    },
    repository: {
      type: repository.type,
      durable: repository.durable,
      bandwidthBytesPerSec: repository.bandwidth,
      perConnectionBytesPerSec: repository.perConnection,
      latencyMs: repository.latency,
      requestsPerSec: repository.requestRate,
      requestBurst: repository.requestBurst,
      client: {
        requestMs: repository.client.request,
        directoryMs: repository.client.directory,
        bytesPerSec: repository.client.bytes,
        ...bundledCost(repository.client),
      },
    },
    origin: measured,
  };
}

/** What was measured of one type of repository says nothing of another, nor of one that need not be durable. */
export function knowsRepository({ repository }: Scenario, measured: MeasuredHardware): boolean {
  const { type, durable } = measured.repository;
  if (type !== undefined && type !== repository.type) return false;
  return (
    durable === undefined || repository.storage.kind !== 'local' || repository.storage.durable === durable
  );
}

/**
 * The scenario as it would go on measured hardware: each term at the slower of the two, because a real run keeps the
 * scenario's limits and cannot exceed what the machine gives. For predictions only: what a real run enforces is the
 * scenario's own. Where `measured` is of another type of repository, the scenario's repository stays as it is.
 */
export function withHardware(scenario: Scenario, measured: MeasuredHardware): Scenario {
  const { cluster, repository } = scenario;
  // Nodes of a group share one object, and are to share one still: there may be thousands.
  const slower = new Map<NodeHardware, NodeHardware>();
  const nodes = cluster.nodes.map(({ name, hardware }) => {
    const known = slower.get(hardware) ?? slowerNode(hardware, measured.node, hasProcessors(scenario));
    slower.set(hardware, known);
    return { name, hardware: known };
  });
  const limits = knowsRepository(scenario, measured)
    ? slowerRepository(repository.limits, measured.repository)
    : repository.limits;
  return deepFreeze({
    ...scenario,
    cluster: {
      ...cluster,
      nodes,
      coordinator: slowerCoordinator(cluster.coordinator, measured.coordinator),
      host: slowerHost(cluster.host, measured.host, nodes.length),
    },
    repository: { ...repository, limits },
  });
}

/** Whether the scenario itself says anything of processors, so that its `hash` is processor time and no mere limit. */
const hasProcessors = ({ cluster, repository }: Scenario): boolean =>
  cluster.host.cores < Infinity || repository.limits.client.bytesPerSec < Infinity;

function slowerNode(a: NodeHardware, b: NodeHardware, isProcessor: boolean): NodeHardware {
  // Otherwise a thread that is held back to the scenario's slower rate sleeps: it takes no more of the cores than hashing
  // does here.
  const own = a.coreHashBytesPerSec ?? (isProcessor ? a.hashBytesPerSec : Infinity);
  const coreHashBytesPerSec =
    b.hashBytesPerSec < Infinity ? Math.min(own, b.hashBytesPerSec) : a.coreHashBytesPerSec;
  return {
    diskBytesPerSec: Math.min(a.diskBytesPerSec, b.diskBytesPerSec),
    hashBytesPerSec: Math.min(a.hashBytesPerSec, b.hashBytesPerSec),
    ...(coreHashBytesPerSec === undefined ? {} : { coreHashBytesPerSec }),
    nicBytesPerSec: Math.min(a.nicBytesPerSec, b.nicBytesPerSec),
    linkMs: Math.max(a.linkMs, b.linkMs),
    snapshotMs: Math.max(a.snapshotMs, b.snapshotMs),
  };
}

const slowerCoordinator = (a: CoordinatorHardware, b: CoordinatorHardware): CoordinatorHardware => ({
  messageMs: Math.max(a.messageMs, b.messageMs),
  persistMs: Math.max(a.persistMs, b.persistMs),
  manifestBytesPerSec: Math.min(a.manifestBytesPerSec, b.manifestBytesPerSec),
});

function slowerHost(a: HostHardware, b: MeasuredHardware['host'], nodeCount: number): HostHardware {
  const measuredNodes = b.nodes === 'all' ? Math.max(1, nodeCount) : b.nodes;
  return {
    nodesPerHost: Math.max(a.nodesPerHost, measuredNodes),
    cores: Math.min(a.cores, b.cores),
    diskBytesPerSec: Math.min(a.diskBytesPerSec, b.diskBytesPerSec),
  };
}

function slowerRepository(a: RepositoryLimits, b: MeasuredHardware['repository']): RepositoryLimits {
  const requests = slowerRequests(a, b);
  return {
    bandwidthBytesPerSec: Math.min(a.bandwidthBytesPerSec, b.bandwidthBytesPerSec),
    perConnectionBytesPerSec: Math.min(a.perConnectionBytesPerSec, b.perConnectionBytesPerSec),
    latencyMs: slowerLatency(a.latencyMs, b.latencyMs),
    requestsPerSec: requests.requestsPerSec,
    requestBurst: requests.requestBurst,
    multipart: a.multipart,
    client: {
      requestMs: Math.max(a.client.requestMs, b.client.requestMs),
      directoryMs: Math.max(a.client.directoryMs, b.client.directoryMs),
      bytesPerSec: Math.min(a.client.bytesPerSec, b.client.bytesPerSec),
      ...slowerBundled(a.client, b.client),
    },
  };
}

type RequestLimit = Pick<RepositoryLimits, 'requestsPerSec' | 'requestBurst'>;

/** A burst belongs to its rate; of equal rates, the smaller one. */
function slowerRequests(a: RequestLimit, b: RequestLimit): RequestLimit {
  if (a.requestsPerSec !== b.requestsPerSec) return a.requestsPerSec < b.requestsPerSec ? a : b;
  return a.requestBurst <= b.requestBurst ? a : b;
}

const slowerLatency = (a: Distribution, b: Distribution): Distribution => (mean(b) > mean(a) ? b : a);
