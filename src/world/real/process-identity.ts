import { readFileSync } from 'node:fs';
import * as z from 'zod';

/**
 * Which process something belongs to. A number alone is given to another process sooner or later: with the time at which
 * the process started and the boot it belongs to, it is not mistaken for that one.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Undefined where the system does not tell (anything but Linux). */
  readonly startedAt?: string | undefined;
}

export const processIdentitySchema = z.object({ pid: z.int(), startedAt: z.string().optional() });

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, startedAt: startOf(process.pid) };
}

/** Whether the very process lives. Where in doubt, it does. */
export function isAlive({ pid, startedAt }: ProcessIdentity): boolean {
  if (!answersSignals(pid)) return false;
  const now = startOf(pid);
  if (now === 'dead') return false;
  return startedAt === undefined || now === undefined || now === startedAt;
}

function answersSignals(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The boot, and ticks of the kernel's clock since then: field 22 of stat, the 20th after the name in parentheses. */
function startOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Killed, and only not yet missed by its parent: it does nothing any more.
    if (fields[0] === 'Z') return 'dead';
    return fields[19] === undefined ? undefined : `${boot} ${fields[19]}`;
  } catch {
    return undefined;
  }
}
