import { plural } from '../../base/text.js';
import { formatDuration, formatRate } from '../../base/units.js';
import type { Rule } from './finding-facts.js';

/** From this part of a node's disk or card on, whoever else uses it will notice. */
const HEAVY = 0.7;

/** What the backup takes of the busiest node's disk and network card while it runs, on the mean. */
export const loadRule: Rule = ({ scenario: { cluster }, result: { nodes } }) => {
  const hardware = new Map(cluster.nodes.map((node) => [node.name, node.hardware]));
  const loads = nodes.flatMap(({ name, sizeBytes, startMs, endMs }) => {
    const own = hardware.get(name);
    if (!own || endMs <= startMs) return [];
    const bytesPerSec = sizeBytes / ((endMs - startMs) / 1000);
    const sendingMs = endMs - startMs;
    return [
      { name, what: 'disk', bytesPerSec, share: bytesPerSec / own.diskBytesPerSec, sendingMs },
      { name, what: 'network card', bytesPerSec, share: bytesPerSec / own.nicBytesPerSec, sendingMs },
    ];
  });
  const busiest = loads.toSorted((a, b) => b.share - a.share)[0];
  if (!busiest || busiest.share < HEAVY) return undefined;
  const { name, what, bytesPerSec, share, sendingMs } = busiest;
  const heavy = new Set(loads.filter((load) => load.share >= HEAVY).map((load) => load.name)).size;
  const others = heavy > 1 ? `, and ${plural(heavy - 1, 'more node')} nearly as much` : '';
  return {
    id: 'node-load',
    severity: 'warning',
    message: `${name} uses ${Math.round(share * 100)} % of its ${what} for ${formatDuration(sendingMs)} (${formatRate(Math.round(bytesPerSec))})${others}: queries and loads there will notice`,
    hint: 'run it when little else does, or plan with fewer upload workers or a slower network card (cluster.hardware.nic) to see what leaving room costs',
    numbers: { share, bytesPerSec, sendingMs, nodes: heavy },
  };
};
