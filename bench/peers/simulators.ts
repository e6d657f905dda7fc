import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PeerCase } from './models.js';

/** What one run of a simulator says. Seconds of this machine, but for the first. */
export interface Measurement {
  /** The makespan, in virtual time. */
  readonly simulatedSec: number;
  /** Reading the input (ours: drawing it from the seed) and building what is simulated. */
  readonly setUpSec: number;
  /** The simulation alone: wall clock … */
  readonly runSec: number;
  /** … and processor time, of all threads of the process. */
  readonly cpuSec: number;
  readonly version: string;
  /** Ours only: `runSec` of the first run in its process. */
  readonly firstRunSec?: number;
}

export interface Simulator {
  readonly name: string;
  /** Runs a case to its end in a process of its own. */
  readonly run: (peerCase: PeerCase, inputFile: string) => Measurement;
}

/** A peer that cannot be had here, and why. */
export interface MissingPeer {
  readonly name: string;
  readonly reason: string;
  /** Debian's packages that have it. */
  readonly packages: string;
}

const SIMGRID_SOURCE = 'bench/peers/simgrid.cpp';
const SIMPY_SCRIPT = 'bench/peers/simpy_peer.py';
/** Debian's own first: SimPy is installed for that, and another may come before it in the path. */
const PYTHONS = ['/usr/bin/python3', 'python3'];
const TIMEOUT_MS = 30 * 60_000;

export const ours: Simulator = {
  name: 'backup-drill',
  run: (peerCase) => {
    const script = fileURLToPath(new URL('ours.js', import.meta.url));
    return measurementOf(process.execPath, [script, JSON.stringify(peerCase)]);
  },
};

/** The peers that are installed here; compiles what needs it into `directory`. */
export function findPeers(directory: string): (Simulator | MissingPeer)[] {
  return [simGrid(directory), simPy()];
}

function simGrid(directory: string): Simulator | MissingPeer {
  const name = 'SimGrid';
  const program = path.join(directory, 'simgrid-peer');
  const reason = failureOf('g++', ['-O2', '-std=c++17', '-o', program, SIMGRID_SOURCE, '-lsimgrid']);
  if (reason !== undefined) return { name, reason, packages: 'g++ libsimgrid-dev' };
  return { name, run: (_, inputFile) => measurementOf(program, [inputFile]) };
}

function simPy(): Simulator | MissingPeer {
  const name = 'SimPy';
  const reasons = PYTHONS.map((python) => failureOf(python, ['-c', 'import simpy']));
  const found = reasons.indexOf(undefined);
  if (found < 0) return { name, reason: reasons[0]!, packages: 'python3-simpy3' };
  return { name, run: (_, inputFile) => measurementOf(PYTHONS[found]!, [SIMPY_SCRIPT, inputFile]) };
}

/** Why a command failed, in a line; undefined if it did not. */
function failureOf(command: string, args: readonly string[]): string | undefined {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: TIMEOUT_MS });
    return undefined;
  } catch (error) {
    return explained(error);
  }
}

function measurementOf(command: string, args: readonly string[]): Measurement {
  try {
    const printed = execFileSync(command, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
    });
    return JSON.parse(printed) as Measurement;
  } catch (error) {
    throw new Error(`${path.basename(command)} failed: ${explained(error)}`, { cause: error });
  }
}

/** The line that says most of what a command printed as it failed. */
function explained(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: Uint8Array | string | null };
  // Null where the command could not be started at all.
  const said = (typeof stderr === 'string' ? stderr : new TextDecoder().decode(stderr ?? undefined)).trim();
  const lines = said.split('\n');
  return lines.find((line) => /\berror: |^\w*Error: /.test(line)) ?? (said === '' ? message : lines.at(-1)!);
}
