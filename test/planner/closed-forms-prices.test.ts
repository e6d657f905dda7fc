import test from 'ava';
import { simulate } from '../../src/planner/index.js';
import { agrees, CLOSED_FORMS } from '../reference/closed-forms.js';

for (const { title, scenario, state, expectedMs } of CLOSED_FORMS) {
  test(title, (t) => {
    const { states, totals } = simulate(scenario);
    const { durationMs } = states.find((span) => span.state === state)!;
    const expected = expectedMs(totals.manifestBytes);
    t.true(agrees(durationMs, expected), `${durationMs} ms, and not ${expected} ms`);
  });
}
