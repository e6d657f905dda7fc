import { serialize } from '../base/errors.js';
import { simulateAttributed, summarise } from '../planner/index.js';
import type { PlanAnswer, PlanTask } from './plan-tasks.js';

/** Entry of the threads that plan: each simulates one scenario at a time. */
export default function simulateTask({ kind, scenario }: PlanTask): PlanAnswer {
  try {
    return { ok: true, value: (kind === 'detail' ? simulateAttributed : summarise)(scenario) };
  } catch (error) {
    return { ok: false, error: serialize(error) };
  }
}
