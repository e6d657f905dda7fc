import { nodeName } from '../values.js';
import type { Assumptions, NodeFact, TableFact } from './facts.js';
import type { Backend } from './listings.js';

/** What Doris makes a table with, unless it is told otherwise. */
export const USUAL_REPLICATION = 3;

/** The cluster's nodes by their ids; those that no listing of nodes has are made up as they turn up. */
export class Nodes {
  private readonly byId = new Map<string, NodeFact>();
  private readonly names = new Set<string>();
  private readonly used = new Set<string>();
  private readonly assumptions: Assumptions;
  private readonly areListed: boolean;

  constructor(backends: readonly Backend[], assumptions: Assumptions) {
    this.assumptions = assumptions;
    this.areListed = backends.length > 0;
    const hosts = new Map<string, number>();
    for (const { host } of backends) hosts.set(host, (hosts.get(host) ?? 0) + 1);
    for (const { id, host, port, isAlive } of backends) {
      if (this.byId.has(id)) continue;
      const name = this.nameFor(hosts.get(host)! > 1 ? `${host}:${port ?? id}` : host, id);
      this.byId.set(id, { id, name, isAlive });
      if (!isAlive) assumptions.add(`Node ${name} is not alive: copies on it are left out.`);
    }
    if (!this.areListed)
      assumptions.add('There is no SHOW BACKENDS: nodes are those that hold a copy of anything.');
  }

  /** By its host where that is a name and nobody else's, else by its id, else by its number. */
  private nameFor(host: string, id: string): string {
    const name = [host, `be-${id}`].find((one) => nodeName.safeParse(one).success && !this.names.has(one));
    let own = name;
    for (let i = this.names.size + 1; own === undefined || (own !== name && this.names.has(own)); i++)
      own = `node-${i}`;
    this.names.add(own);
    return own;
  }

  get(id: string): NodeFact {
    let node = this.byId.get(id);
    if (!node) {
      node = { id, name: this.nameFor(`be-${id}`, id), isAlive: true };
      this.byId.set(id, node);
      if (this.areListed)
        this.assumptions.add(`Backend ${id} holds data and is not in SHOW BACKENDS: it is a node besides.`);
    }
    return node;
  }

  /** Says that a copy on it is in the scenario. */
  use(id: string): void {
    const { isAlive, name } = this.get(id);
    this.used.add(id);
    if (!isAlive)
      this.assumptions.add(
        `Node ${name} has the only copies of some shards, and is taken to be alive for them.`,
      );
  }

  /** All that are alive or needed; where nothing is known of any, as many as there have to be for every copy. */
  list(tables: readonly TableFact[]): NodeFact[] {
    const nodes = [...this.byId.values()].filter(({ id, isAlive }) => isAlive || this.used.has(id));
    if (nodes.length > 0) return nodes;
    const copies = tables
      .flatMap(({ partitions }) => partitions)
      .reduce((most, { replication }) => Math.max(most, replication), USUAL_REPLICATION);
    this.assumptions.add(
      `Nothing says how many nodes there are: ${copies}, which is as many as there are copies of a shard.`,
    );
    return Array.from({ length: copies }, (_, i) => ({ id: `${i + 1}`, name: `be-${i + 1}`, isAlive: true }));
  }
}
