import { plural } from '../base/text.js';
import type { Incident as JobIncident } from '../job/index.js';
import type { Incident } from './result.js';

/** What a job got over, as reports tell it: nodes by their names, times from the acceptance of the statement. */
export function incidentsOf(
  incidents: readonly JobIncident[],
  { createdAtMs, nodeNames }: { readonly createdAtMs: number; readonly nodeNames: readonly string[] },
): Incident[] {
  return movedTogether(incidents).map((incident) => {
    const { atMs, kind, shards } = incident;
    const node = nodeNames[incident.node];
    const to = incident.to === undefined ? undefined : nodeNames[incident.to];
    return {
      atMs: atMs - createdAtMs,
      what: kind,
      ...(node === undefined ? {} : { node }),
      ...(to === undefined ? {} : { to }),
      ...(shards > 0 ? { shards } : {}),
      text: textOf(incident, node ?? 'a node', to ?? 'another node'),
    };
  });
}

/** Shards that went from one node to another at the same time for the same reason are one move, of however many tasks. */
function movedTogether(incidents: readonly JobIncident[]): JobIncident[] {
  const byMove = new Map<string, JobIncident>();
  for (const [i, incident] of incidents.entries()) {
    const { atMs, kind, node, to, shards, why } = incident;
    const isMove = to !== undefined;
    const key = isMove ? `${atMs} ${kind} ${node} ${to} ${why?.code ?? ''}` : `${i}`;
    const before = byMove.get(key);
    byMove.set(key, before ? { ...before, shards: before.shards + shards } : incident);
  }
  return [...byMove.values()];
}

function textOf({ kind, shards, why }: JobIncident, node: string, to: string): string {
  // That a node is lost is said with its name; other errors say what they are of.
  const isLost = why?.code === 'NODE_LOST';
  const reason = why && !isLost ? `: ${why.message.split('\n', 1)[0]!}` : '';
  switch (kind) {
    case 'retry':
      return `a task of ${node}${isLost ? ', which is lost,' : ''} is tried again${reason}`;
    case 'failover':
      return `${plural(shards, 'shard')} of ${node}${isLost ? ', which is lost,' : ''} taken from ${to} instead${reason}`;
    case 'hand-over':
      return `${plural(shards, 'shard')} that waited for ${node} handed over to ${to}`;
    case 'node-lost':
      return `${node} is lost`;
    case 'node-back':
      return `${node} is back`;
  }
}
