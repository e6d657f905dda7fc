export { DrillError, type Place, type SerializedError } from './base/errors.js';
export { ERROR_CODES, type ErrorCode } from './base/error-codes.js';
export { VERSION } from './base/version.js';
export { parseScript, parseStatement, printStatement, type Statement } from './sql/index.js';
export {
  loadScenario,
  scenarioJsonSchema,
  withSettings,
  withSweeps,
  type LoadedScenario,
  type Scenario,
} from './scenario/index.js';
export { plan, simulate } from './planner/index.js';
export { runDrill, type DrillListener, type DrillOptions } from './drill/index.js';
export { renderHtml, renderMarkdown, renderTerminal } from './report/index.js';
export { verifyRepository, type Storage, type VerifyReport } from './repository/index.js';
export { localStorage } from './repository/storage/local.js';
export { memoryStorage } from './repository/index.js';
export { nodeMd5 } from './repository/storage/node-md5.js';
export type { DrillReport, RestoreReport, RunResult, VariantReport } from './world/result.js';
