import { Option, type Command } from 'commander';
import { commandLine } from './command-line.js';
import { onInterrupt } from './interrupt.js';
import type { LoadedScenario } from '../scenario/index.js';
import type { DrillReport } from '../world/result.js';
import { EXIT } from './exit-codes.js';
import { withReportOptions, type ReportOptions } from './report-options.js';

interface RunOptions extends ReportOptions {
  readonly workDir: string;
  readonly dataDir?: string;
  readonly repository?: string;
  readonly restore: boolean;
}

const EXAMPLES = `
Examples:
  $ npx drill run scenarios/quickstart.yaml
  $ npx drill run scenarios/scale-nodes.yaml --html scale.html
  $ npx drill run scenarios/quickstart.yaml --repository /mnt/backups --no-restore
  $ npx drill run scenarios/quickstart.yaml --data-dir .drill/durable
  $ npx drill run scenarios/small-files.yaml --hardware measured.yaml
  $ npx drill run scenarios/quickstart.yaml --set repository.bandwidth='60 MB/s'

Data sets are made once and kept under the work directory; drill clean removes them. Ctrl-C cancels the job, drops what
it left on the nodes and ends with exit code 130. With --data-dir the coordinator keeps a journal: a run that was killed,
even with kill -9, is taken up by the same command, and while it backs up, drill sql --data-dir shows how it goes.
--hardware is for the prediction alone: what is run keeps the scenario's limits. Faults of a scenario happen in virtual time
only: a real run leaves them out, and so does the prediction beside it; drill plan predicts with them.`;

export function addRun(program: Command): void {
  const command = program
    .command('run')
    .description(
      'run the scenario for real on worker threads, restore it, compare every byte, and predict it as well',
    )
    .argument('<scenario>', 'scenario file (YAML)')
    .option('--work-dir <directory>', 'for data sets, clusters and the repository', '.drill')
    .addOption(
      new Option(
        '--data-dir <directory>',
        'instead of --work-dir: remember everything there, and take up a run that was killed',
      ).conflicts('workDir'),
    )
    .option(
      '--repository <directory>',
      "back up into this location instead of the drill's own; nothing is removed there",
    )
    .option('--no-restore', 'skip verifying, restoring and comparing')
    .addHelpText('after', EXAMPLES)
    .action(doRun);
  withReportOptions(command);
}

async function doRun(file: string, options: RunOptions): Promise<void> {
  const { runDrill } = await import('../drill/run-drill.js');
  const { readHardware, reportOn } = await import('./scenario-command.js');
  const { withoutFaults } = await import('../scenario/index.js');
  const { openDoor } = await import('./serve.js');
  const { dataDir } = options;
  const hardware = readHardware(options);
  const interrupt = onInterrupt();
  try {
    const code = await reportOn(file, options, async (loaded, printer) => {
      const report = await runDrill(withoutFaults(loaded), {
        workDirectory: options.workDir,
        ...(dataDir === undefined
          ? {}
          : { dataDirectory: dataDir, onCluster: (cluster) => openDoor(cluster, dataDir) }),
        repositoryDirectory: options.repository,
        prove: options.restore,
        hardware,
        command: commandLine(),
        signal: interrupt.signal,
        listener: printer,
      });
      return withFaultsLeftOut(report, loaded);
    });
    process.exitCode = interrupt.signal.aborted ? EXIT.interrupted : code;
  } finally {
    interrupt.dispose();
  }
}

/** A real run knows nothing of faults, and neither does the prediction beside it: the report says how many that leaves out. */
function withFaultsLeftOut(report: DrillReport, { variants }: LoadedScenario): DrillReport {
  const faultsLeftOut = Math.max(0, ...variants.map(({ scenario }) => scenario.faults?.length ?? 0));
  return faultsLeftOut === 0 ? report : { ...report, scenario: { ...report.scenario, faultsLeftOut } };
}
