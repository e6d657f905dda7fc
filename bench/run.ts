import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Bench, type BenchOptions } from 'tinybench';
import { machine } from '../src/drill/index.js';
import type { Suite } from './suite.js';
import { SUITES } from './suites.js';

const isQuick = process.argv.includes('--quick');
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));

const { cpu, cores, node, platform } = machine();
console.log(`${cpu}, ${cores} cores, Node ${node}, ${platform}\n`);
const unknown = wanted.filter((name) => !SUITES.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no suite ${unknown.join(', ')}; there are ${SUITES.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}

// On the disk that drills use: the system's directory for temporary files may be in memory.
mkdirSync('.drill', { recursive: true });
const workDirectory = mkdtempSync(path.resolve('.drill', 'bench-'));
const cleanUp = (): void => rmSync(workDirectory, { recursive: true, force: true });
process.on('SIGINT', () => {
  cleanUp();
  process.exit(130);
});
try {
  for (const suite of SUITES) {
    if (wanted.length > 0 && !wanted.includes(suite.name)) continue;
    console.log(`${suite.name}: ${suite.hypothesis}`);
    await runSuite(suite);
  }
} finally {
  cleanUp();
}

async function runSuite(suite: Suite): Promise<void> {
  const options: BenchOptions = {
    iterations: isQuick ? 2 : 5,
    time: isQuick ? 100 : 1000,
    warmupIterations: 1,
    warmupTime: 0,
  };
  const bench = new Bench({ name: suite.name, ...options });
  const cases = await suite.cases({ isQuick, isGate: false, workDirectory });
  cases.forEach(({ name, run, before, after }, i) => {
    const doing = `  ${i + 1} of ${cases.length}: ${name}`;
    bench.add(name, run, {
      beforeAll: () => progress(doing),
      ...(before ? { beforeEach: before } : {}),
      ...(after ? { afterEach: after } : {}),
    });
  });
  try {
    await bench.run();
  } finally {
    progress('');
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

/** Long suites show where they are, to whoever looks on. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  else if (text !== '') process.stderr.write(`${text}\n`);
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
