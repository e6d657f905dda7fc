import { Option, type Command } from 'commander';

export interface SettingOption {
  readonly set?: readonly string[];
  readonly sweep?: readonly string[];
}

export interface ReportOptions extends SettingOption {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly html?: string;
  readonly markdown?: string;
  readonly hardware?: string;
}

/** Adds the options that every command with a report has. */
export function withReportOptions(command: Command): Command {
  command
    .option('--html <file>', 'also write the report as one self-contained HTML page')
    .option('--markdown <file>', 'also write a short form in Markdown')
    .option('--hardware <file>', 'predict with what drill calibrate has measured')
    .option('--json', 'print JSON lines: progress, and the whole report last')
    .option('-q, --quiet', 'no progress');
  return withSettingOption(command);
}

export function withSettingOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--set <key=value>',
      'change one value of the scenario, as in cluster.nodes=8; may be given again',
    ).argParser(repeatable),
  );
}

/** For options that may be given again: all of their values. */
export const repeatable = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];
