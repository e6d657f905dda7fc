import type { Command } from 'commander';
import { commandLine } from './command-line.js';
import { withReportOptions, type ReportOptions } from './report-options.js';

const EXAMPLES = `
Examples:
  $ npx drill plan scenarios/fleet-100.yaml
  $ npx drill plan scenarios/scale-nodes.yaml --html scale.html
  $ npx drill plan scenarios/quickstart.yaml --set cluster.nodes=12 --set engine.preset=doris
  $ npx drill plan scenarios/fleet-100.yaml --hardware measured.yaml

--hardware takes what drill calibrate has measured: each term of the prediction is then the slower of the two.`;

export function addPlan(program: Command): void {
  const command = program
    .command('plan')
    .description('predict how long a backup takes, in virtual time; needs no disk, no cluster and no data')
    .argument('<scenario>', 'scenario file (YAML)')
    .addHelpText('after', EXAMPLES)
    .action(doPlan);
  withReportOptions(command);
}

async function doPlan(file: string, options: ReportOptions): Promise<void> {
  // Here as in the other commands, what it takes is loaded when it is needed: help and mistakes answer at once.
  const { plan } = await import('../planner/index.js');
  const { readHardware, reportOn } = await import('./scenario-command.js');
  const hardware = readHardware(options);
  process.exitCode = await reportOn(file, options, (loaded, printer) =>
    plan(loaded, commandLine(), {
      hardware,
      onVariant: (name, i, count) => {
        if (count > 1) printer.note(`Planning ${name} (${i + 1} of ${count})`);
      },
    }),
  );
}
