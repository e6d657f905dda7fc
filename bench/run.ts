import { Bench, type BenchOptions } from 'tinybench';
import { machine } from '../src/drill/index.js';
import { durabilitySuite } from './durability.js';
import { parserSuite } from './parser.js';
import type { Suite } from './suite.js';
import { uploadSuite } from './upload.js';
import { virtualWorldSuite } from './virtual-world.js';

const SUITES: readonly Suite[] = [parserSuite, virtualWorldSuite, uploadSuite, durabilitySuite];

const isQuick = process.argv.includes('--quick');
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));

const { cpu, cores, node, platform } = machine();
console.log(`${cpu}, ${cores} cores, Node ${node}, ${platform}\n`);
for (const suite of SUITES) {
  if (wanted.length > 0 && !wanted.includes(suite.name)) continue;
  console.log(`${suite.name}: ${suite.hypothesis}`);
  await runSuite(suite);
}

async function runSuite(suite: Suite): Promise<void> {
  const options: BenchOptions = {
    iterations: isQuick ? 2 : 5,
    time: isQuick ? 100 : 1000,
    warmupIterations: 1,
    warmupTime: 0,
  };
  const bench = new Bench({ name: suite.name, ...options });
  const cases = await suite.cases(isQuick);
  for (const { name, run } of cases) bench.add(name, run);
  try {
    await bench.run();
  } finally {
    await suite.tearDown?.();
  }
  console.table(
    cases.map(({ name, amount, unit }, i) => {
      const { result } = bench.tasks[i]!;
      if (result.state !== 'completed')
        return { case: name, result: result.state === 'errored' ? String(result.error) : result.state };
      const { p50, min, max } = result.latency;
      const perSec = (amount * 1000) / p50;
      return {
        case: name,
        'median ms': round(p50),
        'min ms': round(min),
        'max ms': round(max),
        [unit]: round(perSec),
        runs: result.latency.samplesCount,
      };
    }),
  );
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
