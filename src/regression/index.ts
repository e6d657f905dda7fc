export {
  compare,
  DEFAULT_ALPHA,
  DEFAULT_SMALLEST_EFFECT,
  type CompareOptions,
  type NamedResults,
} from './compare.js';
export {
  VERDICTS,
  type BenchmarkComparison,
  type Comparison,
  type Provenance,
  type Reason,
  type Verdict,
} from './comparison.js';
export {
  DIMENSIONS,
  KINDS,
  onlyKinds,
  parseResultFile,
  resultFileJsonSchema,
  type Benchmark,
  type Commit,
  type Dimension,
  type Kind,
  type ResultFile,
} from './result-file.js';
export { bencherMetricFormat } from './export/bencher.js';
export { longCsv, wideCsv } from './export/csv.js';
export { githubActionBenchmark } from './export/github-action-benchmark.js';
export { isFailure, junit } from './export/junit.js';
export { COMMENT_MARKER, markdownComment } from './export/markdown.js';
export { renderComparison, renderResults, type ViewOptions } from './view/terminal.js';
export { headline } from './view/words.js';
export { historyOf, type Change, type History, type HistoryPoint, type Trend } from './history/history.js';
export { renderHistory } from './history/terminal.js';
export { renderHistoryHtml } from './history/html.js';
