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
export { faultText } from './fault-words.js';
export { printMeasured, type MeasuredComments } from './measured-text.js';
export { durationText, rateText, requestRateText } from './quantity-text.js';
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
export { withoutFaults } from './without-faults.js';
export { scenarioYaml } from './yaml.js';
