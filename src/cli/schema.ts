import type { Command } from 'commander';

const EXAMPLES = `
Example, for editors that complete YAML by a schema:
  $ npx drill schema > scenario.schema.json
  and as the first line of a scenario:  # yaml-language-server: $schema=scenario.schema.json`;

export function addSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of scenario files')
    .addHelpText('after', EXAMPLES)
    .action(async () => {
      const { scenarioJsonSchema } = await import('../scenario/index.js');
      process.stdout.write(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
    });
}
