import { plural } from '../../base/text.js';
import { formatBytes } from '../../base/units.js';
import { areListed, type ClusterFacts, type PartitionFact, type TableFact } from './facts.js';

/** What a cluster has, in numbers. */
export interface ImportTotals {
  readonly nodes: number;
  readonly tables: number;
  readonly partitions: number;
  readonly shards: number;
  readonly files: number;
  /** Of one copy of each shard. */
  readonly sizeBytes: number;
}

export function totalsOf({ nodes, tables }: ClusterFacts): ImportTotals {
  const partitions = tables.flatMap((table) => table.partitions);
  let shards = 0;
  let files = 0;
  let sizeBytes = 0;
  for (const { shards: own } of partitions)
    if (areListed(own)) {
      shards += own.length;
      for (const shard of own) {
        files += shard.files;
        sizeBytes += shard.sizeBytes;
      }
    } else {
      shards += own.count;
      files += own.count * own.files;
      sizeBytes += own.count * own.sizeBytes;
    }
  return {
    nodes: nodes.length,
    tables: tables.length,
    partitions: partitions.length,
    shards,
    files,
    sizeBytes,
  };
}

/** The scenario of a cluster, with comments on what is assumed, and on what the reader has to fill in. */
export function writeScenario(facts: ClusterFacts, about: { readonly from: string }): string {
  const totals = totalsOf(facts);
  return [
    `# A cluster as its own listings describe it: ${about.from}.`,
    `# ${plural(totals.nodes, 'node')}, ${plural(totals.tables, 'table')}, ${plural(totals.shards, 'shard')}, ${formatBytes(totals.sizeBytes)} in one copy of each.`,
    '#',
    ...(facts.assumptions.length > 0 ? ['# Assumed:', ...facts.assumptions.flatMap(comment), '#'] : []),
    '# No listing tells how fast anything is. What is marked TODO are usual values: put in your own, or measure them with',
    '# drill calibrate and plan with --hardware.',
    `name: ${facts.database}`,
    'seed: 1',
    '',
    'cluster:',
    '  nodes:',
    `    - names: [${facts.nodes.map(({ name }) => quoted(name)).join(', ')}]`,
    '  hardware: { disk: 500 MB/s, hash: 550 MB/s, nic: 10 Gbit/s } # TODO: of one node',
    '',
    'repository:',
    '  name: example_repo',
    '  type: s3',
    '  bandwidth: 10 Gbit/s # TODO: of all nodes together',
    '  perConnection: 100 MB/s # TODO',
    '  latency: 20 ms # TODO',
    '',
    'databases:',
    `  - name: ${facts.database}`,
    '    tables:',
    ...facts.tables.flatMap(tableLines),
    '',
    'engine: { preset: doris }',
    '',
    'statement: |',
    `  BACKUP SNAPSHOT ${facts.database}.planned TO example_repo`,
    '',
  ].join('\n');
}

const COMMENT_COLUMNS = 110;

/** A sentence as an item of a list in comments. */
function comment(sentence: string): string[] {
  const lines: string[] = [];
  let line = '#   -';
  for (const word of sentence.split(' ')) {
    if (line.length + word.length + 1 > COMMENT_COLUMNS) {
      lines.push(line);
      line = '#    ';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

/** A text that YAML could read as something else is put in quotes. */
const quoted = (text: string): string => (/^[A-Za-z][\w-]*$/.test(text) ? text : JSON.stringify(text));

function tableLines({ name, type, partitions }: TableFact): string[] {
  if (type === 'VIEW') return [`      - { name: ${name}, type: VIEW, definition: SELECT 1 }`];
  const replication = Math.max(1, ...partitions.map((partition) => partition.replication));
  return [
    `      - name: ${name}`,
    `        replication: ${replication}`,
    ...(partitions.length === 0 ? ['        partitions: 0'] : ['        partitions:']),
    ...partitions.flatMap(partitionLines),
  ];
}

function partitionLines({ name, version, shards }: PartitionFact): string[] {
  const head = [`          - name: ${name}`, `            version: ${Math.max(1, version)}`];
  if (areListed(shards)) {
    if (shards.length === 0) return [];
    return [
      ...head,
      '            shards: |',
      ...shards.map(
        ({ id, sizeBytes, files, nodes }) => `              ${id} ${sizeBytes}B ${files} ${nodes.join(' ')}`,
      ),
    ];
  }
  const { count, files, sizeBytes } = shards;
  const fileBytes = files === 0 ? 0 : Math.round(sizeBytes / files);
  return [
    ...head,
    `            buckets: ${count}`,
    `            filesPerShard: ${files}`,
    `            fileSize: ${fileBytes} B`,
  ];
}
