import { plural } from '../base/text.js';
import { formatDuration } from '../base/units.js';
import type { DrillReport, Incident, RunResult, VariantReport } from '../world/result.js';
import { cell, type TableModel } from './table-model.js';
import { firstLine, plainText } from './text.js';

/** More faults than these are counted in a sentence. */
const MOST_TOLD = 6;

/** `With 2 faults: be-2 dies at 10 s and stays away; …`: what goes wrong in a prediction, where anything does. */
export function faultsDetail({ faults = [] }: VariantReport): string[] {
  return faults.length === 0 ? [] : [`With ${listed(faults)}.`];
}

/** The same of several variants: once where all have the same, else how many each has. */
export function variantFaultsDetail(variants: readonly VariantReport[]): string[] {
  const [first] = variants;
  if (first === undefined || variants.every(({ faults = [] }) => faults.length === 0)) return [];
  const key = (variant: VariantReport): string => JSON.stringify(variant.faults ?? []);
  if (variants.every((variant) => key(variant) === key(first)))
    return [`Each with ${listed(first.faults ?? [])}.`];
  const counts = variants
    .slice(0, MOST_TOLD)
    .map(({ name, faults = [] }) => `${plainText(name)} (${faults.length === 0 ? 'none' : faults.length})`);
  const more = variants.length > MOST_TOLD ? ', …' : '';
  return [`Faults by variant: ${counts.join(', ')}${more}.`];
}

function listed(faults: readonly string[]): string {
  const told = faults.slice(0, MOST_TOLD).map(plainText);
  const more = faults.length > MOST_TOLD ? `; and ${faults.length - MOST_TOLD} more` : '';
  return `${plural(faults.length, 'fault')}: ${told.join('; ')}${more}`;
}

/** What a real run has to say of faults that it knew nothing of. */
export function leftOutDetail({ scenario }: DrillReport): string[] {
  const { faultsLeftOut = 0 } = scenario;
  if (faultsLeftOut === 0) return [];
  const them = faultsLeftOut === 1 ? 'fault happens' : 'faults happen';
  return [
    `The scenario's ${faultsLeftOut === 1 ? '' : `${faultsLeftOut} `}${them} in virtual time only: neither this run nor the prediction beside it knows of ${faultsLeftOut === 1 ? 'it' : 'them'}. drill plan predicts with ${faultsLeftOut === 1 ? 'it' : 'them'}.`,
  ];
}

const COUNTED: readonly (readonly [Incident['what'], (count: number, shards: number) => string])[] = [
  ['coordinator-restart', (count) => `${plural(count, 'restart')} of the coordinator`],
  ['node-lost', (count) => `${plural(count, 'node')} lost`],
  ['node-back', (count) => `${plural(count, 'node')} back`],
  ['failover', (_, shards) => `${plural(shards, 'shard')} taken from other replicas`],
  ['hand-over', (_, shards) => `${plural(shards, 'shard')} handed over to idle nodes`],
  ['retry', (count) => `${plural(count, 'task')} tried again`],
];

/** `Got over: 1 node lost, 12 shards taken from other replicas.`; nothing where there was nothing to get over. */
export function incidentsDetail({ incidents = [], job }: RunResult): string[] {
  const parts = COUNTED.flatMap(([what, phrase]) => {
    const some = incidents.filter((incident) => incident.what === what);
    const shards = some.reduce((sum, incident) => sum + (incident.shards ?? 0), 0);
    return some.length === 0 ? [] : [phrase(some.length, shards)];
  });
  if (parts.length === 0) return [];
  return [`${job.state === 'FINISHED' ? 'Got over' : 'Happened'}: ${parts.join(', ')}.`];
}

/** Each incident with its time, and how often it was at that time; of more than `most`, the first. */
export function incidentsTable({ incidents = [] }: RunResult, most: number): TableModel {
  const all = countedOf(incidents);
  const shown = all.length > most ? all.slice(0, most - 1) : all;
  const told = shown.reduce((sum, { count }) => sum + count, 0);
  const rest = incidents.length - told;
  const rows = shown.map(({ at, text, count }) => [
    cell(at),
    cell(count > 1 ? `${text} (${plural(count, 'time')})` : text),
  ]);
  return {
    title: 'What it got over',
    columns: [
      { head: 'at', align: 'right' },
      { head: 'what', align: 'left', flexible: true },
    ],
    rows: rest === 0 ? rows : [...rows, [cell('', 'dim'), cell(`and ${rest} more`, 'dim')]],
  };
}

interface Counted {
  readonly at: string;
  readonly text: string;
  readonly count: number;
}

/** Incidents that read the same, one after the other, are one. */
function countedOf(incidents: readonly Incident[]): Counted[] {
  const counted: Counted[] = [];
  for (const incident of incidents) {
    const at = formatDuration(incident.atMs);
    const text = firstLine(incident.text);
    const last = counted.at(-1);
    if (last?.at === at && last.text === text)
      counted[counted.length - 1] = { at, text, count: last.count + 1 };
    else counted.push({ at, text, count: 1 });
  }
  return counted;
}
