import type { Dice } from '../dice.js';
import { MOST_CHARACTERS } from '../text-mutations.js';

const REST = `
cluster: { nodes: 2 }
databases: [{ name: a, tables: [{ name: t }] }]
statement: BACKUP SNAPSHOT a.l TO example_repo
`;

/** Each level refers to the one below several times. */
function laughs(dice: Dice): string {
  const width = dice.size(2, 40);
  const levels = dice.size(2, 200);
  const lines = [`l0: &l0 [x]`];
  for (let level = 1; level < levels; level++)
    lines.push(`l${level}: &l${level} [${Array.from({ length: width }, () => `*l${level - 1}`).join(', ')}]`);
  return lines.join('\n');
}

/** The same by merging maps. */
function mergedLaughs(dice: Dice): string {
  const levels = dice.size(2, 3000);
  const lines = [`m0: &m0 { k0: 1 }`];
  for (let level = 1; level < levels; level++)
    lines.push(`m${level}: &m${level} { <<: [*m${level - 1}, *m${dice.below(level)}], k${level}: 1 }`);
  return lines.join('\n');
}

const upTo = (piece: string, times: number): string =>
  piece.repeat(Math.min(times, Math.floor(MOST_CHARACTERS / piece.length)));

function variationBomb(dice: Dice): string {
  const nodes = dice.size(1, 100_000);
  const tables = dice.size(1, 200_000);
  const values = dice.size(2, 1000);
  const many = dice.pick([
    `count: ${tables}, partitions: 1`,
    `partitions: ${tables}`,
    `rollups: 1000, partitions: ${Math.ceil(tables / 1000)}`,
    `buckets: ${tables}`,
  ]);
  return `name: a
cluster: { nodes: ${nodes}, replication: 1 }
databases: [{ name: a, tables: [{ name: 't{i}', ${many.includes('count') ? many : `count: 1, ${many}`} }] }]
statement: BACKUP SNAPSHOT a.l TO example_repo
sweep: { ${dice.pick(['seed', 'engine.uploadWorkers', 'cluster.nodes'])}: 1..${values}/1 }
`;
}

/** Texts that are small and would be large, deep or slow. */
export function yamlBomb(dice: Dice): string {
  const times = dice.size(2, 100_000);
  const text = dice.pick<() => string>([
    () => laughs(dice) + REST,
    () => mergedLaughs(dice) + REST,
    () => variationBomb(dice),
    () => variationBomb(dice),
    () => `a: ${upTo('[', times)}${dice.chance(0.5) ? upTo(']', times) : ''}${REST}`,
    () => `a: ${upTo('{a: ', times)}${dice.chance(0.5) ? upTo('}', times) : ''}${REST}`,
    () => `a: ${upTo('[{', times)}`,
    () => `${upTo('- ', times)}x`,
    () => `${upTo('? ', times)}x`,
    () => `${upTo(': ', times)}x`,
    () => `a: &a ${upTo('&a ', times)}x${REST}`,
    () => Array.from({ length: Math.min(times, 700) }, (_, i) => `${' '.repeat(i)}k:`).join('\n'),
    () => Array.from({ length: Math.min(times, 20_000) }, (_, i) => `k${i}: ${i}`).join('\n') + REST,
    () => Array.from({ length: Math.min(times, 20_000) }, () => 'k: 1').join('\n') + REST,
    () => `a: &a x\nb: [${upTo('*a, ', times)}]${REST}`,
    () => `a: &a {b: 1}\nc: { ${upTo('<<: *a, ', times)} }${REST}`,
    () => `a: "${upTo(dice.pick(['\\n', '\\u0000', '\\', 'x', ' ', '\n', '\t']), times)}"${REST}`,
    () => `a: |\n${upTo(dice.pick(['  x\n', '\n', ' \n', '\t\n']), times)}${REST}`,
    () =>
      `${upTo(dice.pick(['---\n', '...\n', '%YAML 1.2\n', '#\n', '\n', ' ', '!', '!!', '%', '@', '`']), times)}${REST}`,
    () =>
      `a: !!${dice.pick(['binary', 'set', 'omap', 'timestamp', 'js/function', 'python/object', 'int', 'null'])} ${upTo('x', times)}${REST}`,
    () =>
      `cluster: { nodes: [{ names: [${Array.from({ length: Math.min(times, 20_000) }, (_, i) => `n${i}`).join(', ')}] }] }\n${REST.replace(/cluster.*/, '')}`,
    () => `sweep: { seed: "${upTo('1, ', times)}1" }${REST}`,
    () => `sweep: { seed: [${upTo('1, ', times)}] }${REST}`,
    () => `variants: [${upTo('{ name: a, set: {} }, ', times)}]${REST}`,
    () => `sweep: { ${upTo('a.', times)}b: [1, 2] }${REST}`,
    () => `variants: [{ name: x, set: { ${upTo('a.', times)}b: 1 } }]${REST}`,
    () => REST.replace('name: t', `name: ${upTo('t', times)}`),
    () =>
      REST.replace(
        'name: t',
        `name: t, partitions: [{ name: p, shards: "${upTo('1 1MB 1 be-1\\n', times)}" }]`,
      ),
    () => REST.replace(/statement:.*/, `statement: ${upTo('BACKUP ', times)}`),
    () =>
      REST.replace(
        /statement:.*/,
        `statement: BACKUP SNAPSHOT a.l TO example_repo ON (${upTo('t, ', times)}t)`,
      ),
  ])();
  return text.slice(0, MOST_CHARACTERS);
}
