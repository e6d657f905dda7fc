import { Argument, type Command } from 'commander';

const EXAMPLES = `
Examples:
  $ npx drill schema > scenario.schema.json      for editors that complete YAML by a schema
  $ npx drill schema report                      of the last line that run and plan print with --json

The first line of a scenario then is:  # yaml-language-server: $schema=scenario.schema.json`;

export function addSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of scenario files, or of reports')
    .addArgument(new Argument('[what]', 'of what').choices(['scenario', 'report']).default('scenario'))
    .addHelpText('after', EXAMPLES)
    .action(async (what: string) => {
      process.stdout.write(`${JSON.stringify(await schemaOf(what), null, 2)}\n`);
    });
}

async function schemaOf(what: string): Promise<object> {
  if (what === 'report') return (await import('../report/json-schema.js')).reportJsonSchema();
  return (await import('../scenario/index.js')).scenarioJsonSchema();
}
