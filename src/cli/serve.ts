import type { Command } from 'commander';
import type { RealCluster } from '../drill/index.js';
import { onInterrupt } from './interrupt.js';
import { withSettingOption, type SettingOption } from './report-options.js';

interface ServeCommandOptions extends SettingOption {
  readonly dataDir: string;
  readonly repository?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ npx drill serve scenarios/quickstart.yaml &
  $ npx drill sql -e 'SHOW BACKENDS; SHOW DATABASES'
  $ npx drill sql --wait -e 'BACKUP SNAPSHOT example_db.monday TO example_repo'
  $ npx drill sql -e 'SHOW BACKUP FROM example_db'

The cluster, its journal and its repository stay in the data directory: started again, the same cluster is there, and jobs
that were running, even when the process was killed, go on. Ctrl-C stops the server; it cancels nothing.`;

export function addServe(program: Command): void {
  const command = program
    .command('serve')
    .description("start a scenario's cluster for real and carry out the statements that drill sql sends")
    .argument('<scenario>', 'scenario file (YAML); its statement is not run')
    .option('--data-dir <directory>', 'for the cluster, its journal and its repository', '.drill/serve')
    .option(
      '--repository <directory>',
      "the location of the scenario's repository, instead of the drill's own",
    )
    .option('--json', 'print JSON lines')
    .option('-q, --quiet', 'print nothing but errors')
    .addHelpText('after', EXAMPLES)
    .action(doServe);
  withSettingOption(command);
}

async function doServe(file: string, options: ServeCommandOptions): Promise<void> {
  const { serveCluster } = await import('../drill/index.js');
  const { loadFor } = await import('./scenario-command.js');
  const { loaded, printer } = await loadFor(file, options);
  const interrupt = onInterrupt('stopping the server; jobs that run go on when it is started again');
  try {
    await serveCluster(loaded, {
      dataDirectory: options.dataDir,
      repositoryDirectory: options.repository,
      signal: interrupt.signal,
      listener: printer,
      async onCluster(cluster) {
        const close = await openDoor(cluster, options.dataDir);
        for (const { stored } of cluster.running()) {
          printer.note(`Taking up ${stored.detail.kind.toUpperCase()} job ${stored.id} (${stored.label})`);
        }
        printer.note(
          `Serving ${loaded.file}: npx drill sql --data-dir ${options.dataDir} -e 'SHOW BACKENDS'`,
        );
        await aborted(interrupt.signal);
        await close();
      },
    });
  } finally {
    printer.done();
    interrupt.dispose();
  }
}

/** Serves a cluster to `drill sql`; what it returns ends that. */
export async function openDoor(cluster: RealCluster, dataDirectory: string): Promise<() => Promise<void>> {
  const { listen, socketPathFor } = await import('../server/index.js');
  const server = await listen(cluster, socketPathFor(dataDirectory));
  return () => server.close();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
