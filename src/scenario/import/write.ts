import { plural } from '../../base/text.js';
import { formatBytes } from '../../base/units.js';
import { quoteName } from '../../sql/index.js';
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
    `# A cluster as its own listings describe it: ${oneLine(about.from)}.`,
    `# ${plural(totals.nodes, 'node')}, ${plural(totals.tables, 'table')}, ${plural(totals.shards, 'shard')}, ${formatBytes(totals.sizeBytes)} in one copy of each.`,
    '#',
    ...(facts.assumptions.length > 0 ? ['# Assumed:', ...facts.assumptions.flatMap(comment), '#'] : []),
    '# No listing tells how fast anything is. What is marked TODO are usual values: put in your own, or measure them with',
    '# drill calibrate and plan with --hardware.',
    `name: ${quoted(facts.database)}`,
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
    `  - name: ${quoted(facts.database)}`,
    '    tables:',
    ...facts.tables.flatMap(tableLines),
    '',
    'engine: { preset: doris }',
    '',
    'statement: |',
    `  BACKUP SNAPSHOT ${quoteName(facts.database)}.planned TO example_repo`,
    '',
  ].join('\n');
}

const COMMENT_COLUMNS = 110;

/** A sentence as an item of a list in comments. */
function comment(sentence: string): string[] {
  const lines: string[] = [];
  let line = '#   -';
  for (const word of oneLine(sentence).split(' ')) {
    if (line.length + word.length + 1 > COMMENT_COLUMNS) {
      lines.push(line);
      line = '#    ';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

const MOST_IN_COMMENT = 500;

/** Names come from a file: they must neither end a comment nor fill the page. */
function oneLine(text: string): string {
  const shown = text.length > MOST_IN_COMMENT ? `${text.slice(0, MOST_IN_COMMENT)}…` : text;
  return escaped(shown, UNPRINTABLE);
}

/** What YAML takes for the end of a line, what it refuses, and what nobody sees. U+FFFD says that a text was damaged. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}\p{Cn}\uFFFD]/gu;

const escaped = (text: string, pattern: RegExp): string =>
  text.replaceAll(pattern, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  );

/** Words that are no texts in YAML 1.2, or were not in 1.1. */
const NO_TEXT = /^(?:true|false|null|yes|no|on|off|y|n|nan|inf)$/i;

/** A text that YAML could read as something else is put in quotes. */
const quoted = (text: string): string =>
  /^[A-Za-z][\w-]*$/.test(text) && !NO_TEXT.test(text) ? text : escaped(JSON.stringify(text), UNPRINTABLE);

function tableLines({ name, type, partitions }: TableFact): string[] {
  if (type === 'VIEW') return [`      - { name: ${quoted(name)}, type: VIEW, definition: SELECT 1 }`];
  const replication = partitions.reduce((most, partition) => Math.max(most, partition.replication), 1);
  const lines = partitions.flatMap(partitionLines);
  return [
    `      - name: ${quoted(name)}`,
    `        replication: ${replication}`,
    lines.length === 0 ? '        partitions: 0' : '        partitions:',
    ...lines,
  ];
}

function partitionLines({ name, version, shards }: PartitionFact): string[] {
  const head = [`          - name: ${quoted(name)}`, `            version: ${Math.max(1, version)}`];
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
