import { existsSync, readFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { DrillError } from '../base/errors.js';
import { plural } from '../base/text.js';
import { formatBytes, parseBytes, UnitError } from '../base/units.js';
import type { ClusterFacts, ResultSet } from '../scenario/import/index.js';
import { askSecret } from './ask-secret.js';
import { readListing, writeReport } from './files.js';
import { onInterrupt } from './interrupt.js';
import { printable } from './printable.js';

interface ImportCommandOptions {
  readonly output: string;
  readonly force?: boolean;
  readonly database?: string;
  readonly fileSize: string;
  readonly host?: string;
  readonly port: string;
  readonly user: string;
  readonly passwordFile?: string;
  readonly askPassword?: boolean;
  readonly tls?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const PASSWORD_VARIABLE = 'DRILL_IMPORT_PASSWORD';

const EXAMPLES = `
Examples:
  $ npx drill import scenarios/import/*.tsv --output shop.yaml
  $ npx drill import backends.txt partitions.shop.orders.tsv tablets.shop.orders.tsv --output shop.yaml
  $ npx drill import --host fe.example --user backup --ask-password --database shop --output shop.yaml

Files are what a client printed for SHOW BACKENDS, SHOW TABLES, SHOW PARTITIONS, SHOW TABLETS (StarRocks: SHOW TABLET) and
SHOW DATA: as tables in boxes, with \\G, tab-separated (mysql --batch), as CSV or as JSON. Which table a listing is of is told
by a statement in the file, or by its name, as in partitions.<database>.<table>.tsv. Live, only SHOW statements are sent. The
password is taken from ${PASSWORD_VARIABLE}, from a file or from the keyboard, and kept nowhere. docs/import.md tells more.`;

export function addImport(program: Command): void {
  program
    .command('import')
    .description("write a scenario of a real cluster, from Doris's or StarRocks's own SHOW output")
    .argument('[files...]', 'what a client printed; or --host, to ask a cluster itself')
    .requiredOption('-o, --output <file>', 'the scenario to write')
    .option('--force', 'replace it')
    .option('--database <name>', 'whose tables to import; of files: where they do not say')
    .option('--file-size <size>', 'a shard has at least one file for so many bytes', '1 GiB')
    .option('--host <host>', 'a frontend of the cluster')
    .option('--port <port>', 'its query port', '9030')
    .option('--user <user>', 'who asks', 'root')
    .option('--password-file <file>', 'the first line is the password')
    .addOption(new Option('--ask-password', 'ask for the password').conflicts('passwordFile'))
    .option('--tls', 'encrypt the connection, and check who answers')
    .option('--json', 'print what was found as JSON')
    .option('-q, --quiet', 'print nothing but errors')
    .addHelpText('after', EXAMPLES)
    .action(doImport);
}

async function doImport(files: readonly string[], options: ImportCommandOptions): Promise<void> {
  const { factsOf, totalsOf, writeScenario } = await import('../scenario/import/index.js');
  if (files.length > 0 === (options.host !== undefined))
    throw new DrillError('USAGE', 'name the files to import from, or a --host, and not both', {
      hint: 'npx drill import --help has examples',
    });
  if (existsSync(options.output) && !options.force)
    throw new DrillError('USAGE', `${options.output} exists`, { hint: '--force replaces it' });
  const fileSizeBytes = fileSizeOf(options.fileSize);
  const { sets, refused, from } =
    options.host === undefined ? await fromFiles(files) : await fromCluster(options.host, options);
  const { assumptions, ...rest } = factsOf(sets, { database: options.database, fileSizeBytes });
  const facts = { ...rest, assumptions: [...refused.map((one) => `${one}.`), ...assumptions] };
  writeReport(options.output, writeScenario(facts, { from }));
  if (options.json) {
    const said = {
      type: 'imported',
      output: options.output,
      ...totalsOf(facts),
      assumptions: facts.assumptions,
    };
    process.stdout.write(`${JSON.stringify(said)}\n`);
  } else if (!options.quiet) process.stdout.write(printable(await summaryOf(facts, options.output)));
}

async function summaryOf(facts: ClusterFacts, output: string): Promise<string> {
  const { totalsOf } = await import('../scenario/import/index.js');
  const { nodes, tables, partitions, shards, files, sizeBytes } = totalsOf(facts);
  const found = [
    plural(tables, 'table'),
    plural(partitions, 'partition'),
    plural(shards, 'shard'),
    plural(files, 'file'),
  ];
  return [
    `Found ${plural(nodes, 'node')} and, of database ${facts.database}, ${found.join(', ')} with ${formatBytes(sizeBytes)} in one copy of each shard.`,
    ...(facts.assumptions.length > 0
      ? ['', 'Assumed:', ...facts.assumptions.map((one) => `  - ${one}`)]
      : []),
    '',
    `Scenario written to ${output}. No listing tells how fast anything is: put in the values marked TODO there, and then`,
    `  npx drill plan ${output} --window 4h`,
    '',
  ].join('\n');
}

interface Listed {
  readonly sets: readonly ResultSet[];
  readonly refused: readonly string[];
  readonly from: string;
}

async function fromFiles(files: readonly string[]): Promise<Listed> {
  const { readResultSets } = await import('../scenario/import/index.js');
  const sets = files.flatMap((file) => readResultSets(readListing(file), file));
  return { sets, refused: [], from: files.length > 3 ? plural(files.length, 'file') : files.join(', ') };
}

async function fromCluster(host: string, options: ImportCommandOptions): Promise<Listed> {
  const { database, port, user, tls } = options;
  if (database === undefined)
    throw new DrillError('USAGE', '--host needs a --database, whose tables are imported');
  if (!/^\d+$/.test(port)) throw new DrillError('USAGE', `--port ${port} is no number`);
  const { listCluster } = await import('../drill/cluster-listings.js');
  const password = await passwordFor(options);
  const interrupt = onInterrupt('ending the import');
  let asked = 0;
  const onStatement = (): void => {
    asked += 1;
    if (process.stderr.isTTY && !options.quiet && !options.json)
      process.stderr.write(`\r${plural(asked, 'statement')}`);
  };
  try {
    const address = { host, port: Number(port), user, password, tls: tls ?? false };
    const listings = await listCluster(address, { database, signal: interrupt.signal, onStatement });
    return { ...listings, from: `${host}:${port}` };
  } finally {
    if (process.stderr.isTTY && asked > 0 && !options.quiet && !options.json) process.stderr.write('\n');
    interrupt.dispose();
  }
}

/** From the environment, a file, or the keyboard; never from the command line, which others can see. */
async function passwordFor({ passwordFile, askPassword, user, host }: ImportCommandOptions): Promise<string> {
  if (askPassword) return askSecret(`Password of ${user} on ${host}: `);
  if (passwordFile === undefined) return process.env[PASSWORD_VARIABLE] ?? '';
  try {
    return readFileSync(passwordFile, 'utf8').split(/\r?\n/)[0]!;
  } catch (error) {
    throw new DrillError('USAGE', `--password-file ${passwordFile}: ${(error as Error).message}`);
  }
}

function fileSizeOf(text: string): number {
  try {
    const bytes = parseBytes(text);
    if (bytes >= 1) return bytes;
    throw new UnitError('it must be at least 1 B');
  } catch (error) {
    if (error instanceof UnitError) throw new DrillError('USAGE', `--file-size ${text}: ${error.message}`);
    throw error;
  }
}
