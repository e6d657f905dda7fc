import path from 'node:path';
import { faultsOf, runDrillProcess } from '../crash/drill-process.js';
import { between, pick, type Chaos, type ChaosScenario, type Told } from './chaos.js';

const SCENARIO = 'test/crash/quick.yaml';
/** Killed in these, so that a RESTORE is hit as often as a BACKUP; and once at any moment. */
const MOMENTS = ['backup', 'verify', 'restore'] as const;
const LONGEST_DELAY_MS = 120;

/** Kills the whole process with -9, has it taken up again, and kills it again. */
async function run({ random, directory }: Chaos): Promise<Told> {
  const dataDirectory = path.join(directory, 'data');
  const told: string[] = [];
  for (const phase of [pick(random, MOMENTS), 'restore']) {
    const delayMs = between(random, 0, LONGEST_DELAY_MS);
    const { killed } = await runDrillProcess(SCENARIO, dataDirectory, {
      killAt: (line) => line.phase === phase,
      killDelayMs: delayMs,
    });
    told.push(`${phase} + ${delayMs} ms${killed ? '' : ' (it had ended)'}`);
  }
  return {
    facts: `killed at ${told.join(', ')}`,
    faults: faultsOf(await runDrillProcess(SCENARIO, dataDirectory), dataDirectory),
  };
}

export const processKilled: ChaosScenario = { name: 'process killed', run };
