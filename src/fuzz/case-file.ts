import { DrillError } from '../base/errors.js';
import { loadScenario, scenarioStatement, scenarioYaml, type Scenario } from '../scenario/index.js';
import type { BackupStatement, Statement } from '../sql/index.js';
import type { Violation } from './checker.js';
import type { BackupSpec, FuzzCase, Selected } from './fuzz-case.js';

const FORMAT = 'drill-fuzz-case';

/** Infinity, which JSON does not have. */
const UNLIMITED = 'unlimited';

/** A case that failed, as a file for people to read and run again. */
export interface CaseFile {
  readonly extension: 'yaml' | 'json';
  readonly text: string;
}

/**
 * The file of a case: a scenario, where a scenario says all of it and `fails` in the same way once it is read again; else the case
 * itself, as JSON.
 */
export function caseFile(
  fuzzCase: FuzzCase,
  violation: Violation,
  fails: (fuzzCase: FuzzCase) => boolean,
): CaseFile {
  const yaml = yamlOf(fuzzCase, violation);
  if (yaml !== undefined && isRead(yaml, fails)) return { extension: 'yaml', text: yaml };
  return { extension: 'json', text: caseText(fuzzCase, violation) };
}

/** Not everything that a case may be is allowed in a scenario: then it is refused when it is read. */
function isRead(yaml: string, fails: (fuzzCase: FuzzCase) => boolean): boolean {
  try {
    return casesOf(yaml, 'case.yaml').some(fails);
  } catch (error) {
    if (error instanceof DrillError) return false;
    throw error;
  }
}

function yamlOf(fuzzCase: FuzzCase, { checker, message }: Violation): string | undefined {
  const { restoreFaults, meanwhile, brokenReplicas, afterCancel, calmAfterMs, scenario } = fuzzCase;
  const isPlain = meanwhile.length === 0 && brokenReplicas.length === 0 && afterCancel === 'nothing';
  if (!isPlain || restoreFaults || calmAfterMs !== undefined) return undefined;
  return scenarioYaml(scenario, `Found by drill fuzz, seed ${fuzzCase.seed}. ${checker}: ${message}`);
}

/** The cases of a file: one that failed, or those of a scenario. Throws what is wrong with the file. */
export function casesOf(text: string, file: string): FuzzCase[] {
  const known = readCase(text);
  if (known) return [known];
  return loadScenario(text, file).variants.map(({ scenario }) =>
    caseOf(scenario, scenarioStatement(scenario)),
  );
}

/** A case as a file, with what is wrong with it. */
export function caseText(fuzzCase: FuzzCase, violation: Violation): string {
  const file = { format: FORMAT, fails: violation, ...fuzzCase };
  const text = JSON.stringify(file, (_, value: unknown) => (value === Infinity ? UNLIMITED : value), 2);
  return `${text}\n`;
}

/** The case of a file that `caseText` wrote; undefined if it is none of these. */
export function readCase(text: string): FuzzCase | undefined {
  let file: unknown;
  try {
    file = JSON.parse(text, (_, value: unknown) => (value === UNLIMITED ? Infinity : value));
  } catch {
    return undefined;
  }
  if (typeof file !== 'object' || file === null) return undefined;
  if ((file as { format?: unknown }).format !== FORMAT) return undefined;
  const { format: _, fails: __, ...fuzzCase } = file as FuzzCase & { format: string; fails: Violation };
  return fuzzCase;
}

/** A scenario of a person's as a case: its statement, under its faults. Throws USAGE where it is not a BACKUP. */
export function caseOf(scenario: Scenario, statement: Statement): FuzzCase {
  if (statement.kind !== 'backup')
    throw new DrillError(
      'USAGE',
      'only a scenario whose statement is a BACKUP can be run through the checkers',
    );
  const backup = specOf(scenario, statement);
  return { seed: scenario.seed, scenario, backup, brokenReplicas: [], meanwhile: [], afterCancel: 'nothing' };
}

function specOf({ databases }: Scenario, { database, scope, properties }: BackupStatement): BackupSpec {
  const selected: Selected = {
    kind: scope.kind,
    tables:
      scope.kind === 'all'
        ? []
        : scope.tables.map(({ table, partitions }) =>
            partitions
              ? { table: table.text, partitions: partitions.map(({ text }) => text) }
              : { table: table.text },
          ),
  };
  const property = (name: string): string | undefined =>
    properties.find(({ key }) => key.text.toLowerCase() === name)?.value.text;
  const timeout = property('timeout');
  return {
    database: database?.text ?? databases[0]!.name,
    selected,
    content: property('content')?.toLowerCase() === 'metadata_only' ? 'metadata_only' : 'all',
    ...(timeout === undefined ? {} : { timeoutSec: Number(timeout) }),
  };
}
