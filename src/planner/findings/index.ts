import { backupOptions } from '../../sql/index.js';
import { scenarioStatement, type Scenario } from '../../scenario/index.js';
import type { Finding } from '../../world/outlook.js';
import type { FindingFacts, Rule } from './finding-facts.js';
import { loadRule } from './load.js';
import { manifestRule } from './manifest.js';
import { messagesRule } from './messages.js';
import { requestPriceRule, requestRateRule } from './requests.js';
import { shardsRule } from './shards.js';
import { skewRule } from './skew.js';
import { smallFilesRule } from './small-files.js';
import { timeoutRule, windowBeyondTimeoutRule } from './timeout.js';

export type { FindingFacts, Rule } from './finding-facts.js';

const RULES: readonly Rule[] = [
  timeoutRule,
  windowBeyondTimeoutRule,
  shardsRule,
  manifestRule,
  messagesRule,
  requestRateRule,
  skewRule,
  loadRule,
  smallFilesRule,
  requestPriceRule,
];

const SEVERITIES: readonly Finding['severity'][] = ['problem', 'warning', 'note'];

/** The limits that a planned backup meets, or comes near to, the worst first. */
export function findingsOf(facts: Omit<FindingFacts, 'timeoutMs'>): Finding[] {
  const all = { ...facts, timeoutMs: timeoutOf(facts.scenario) };
  const found = RULES.flatMap((rule) => rule(all) ?? []);
  return found.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

function timeoutOf(scenario: Scenario): number {
  const statement = scenarioStatement(scenario);
  const { engine } = scenario;
  return statement.kind === 'backup' ? backupOptions(statement, engine).timeoutMs : engine.defaultTimeoutMs;
}
