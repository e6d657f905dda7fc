import { Argument, type Command } from 'commander';

const EXAMPLES = `
Examples:
  $ npx drill schema > scenario.schema.json      for editors that complete YAML by a schema
  $ npx drill schema report                      of the last line that run and plan print with --json
  $ npx drill schema benchmarks                  of the files that drill bench writes

The first line of a scenario then is:  # yaml-language-server: $schema=scenario.schema.json`;

export function addSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of scenario files, reports or benchmark results')
    .addArgument(
      new Argument('[what]', 'of what').choices(['scenario', 'report', 'benchmarks']).default('scenario'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (what: string) => {
      process.stdout.write(`${JSON.stringify(await schemaOf(what), null, 2)}\n`);
    });
}

async function schemaOf(what: string): Promise<object> {
  if (what === 'benchmarks') return (await import('../regression/index.js')).resultFileJsonSchema();
  if (what === 'report') return (await import('../report/json-schema.js')).reportJsonSchema();
  return (await import('../scenario/index.js')).scenarioJsonSchema();
}
