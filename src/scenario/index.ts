export { loadScenario } from './load.js';
export {
  knowsRepository,
  loadMeasured,
  withHardware,
  type MeasuredFigure,
  type MeasuredHardware,
  type MeasuredOrigin,
  type MeasuredTrial,
} from './measured.js';
export {
  durationText,
  printMeasured,
  rateText,
  requestRateText,
  type MeasuredComments,
} from './measured-text.js';
export { DEFAULT_PRESET, PRESETS } from './presets.js';
export { scenarioJsonSchema } from './schema.js';
export type {
  ClusterSpec,
  DatabaseSpec,
  LoadedScenario,
  NodeSpec,
  PartitionSpec,
  PresetName,
  RepositorySpec,
  Scenario,
  ScenarioVariant,
  TableSpec,
  TableType,
} from './scenario.js';
export { generateCatalog, generateTargetCatalog, nodeHardware, targetPlacement } from './generate.js';
export { placeInFile, scenarioStatement } from './statement.js';
export { withSettings, withSweeps } from './set.js';
