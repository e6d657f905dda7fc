import { plural } from '../base/text.js';
import type { Incident as JobIncident } from '../job/index.js';
import type { Incident } from './result.js';

/** What a job got over, as reports tell it: nodes by their names, times from the acceptance of the statement. */
export function incidentsOf(
  incidents: readonly JobIncident[],
  { createdAtMs, nodeNames }: { readonly createdAtMs: number; readonly nodeNames: readonly string[] },
): Incident[] {
  return incidents.map((incident) => {
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

function textOf({ kind, shards, why }: JobIncident, node: string, to: string): string {
  const reason = why ? `: ${why.message.split('\n', 1)[0]!}` : '';
  switch (kind) {
    case 'retry':
      return `a task of ${node} is tried again${reason}`;
    case 'failover':
      return `${plural(shards, 'shard')} of ${node} taken from ${to} instead${reason}`;
    case 'hand-over':
      return `${plural(shards, 'shard')} that waited for ${node} handed over to ${to}`;
    case 'node-lost':
      return `${node} is lost${reason}`;
    case 'node-back':
      return `${node} is back`;
  }
}
