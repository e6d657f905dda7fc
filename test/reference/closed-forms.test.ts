import test from 'ava';
import { generateCatalog } from '../../src/scenario/index.js';
import { referenceBackup } from './backup.js';
import { agrees, CLOSED_FORMS } from './closed-forms.js';

/** Any would do: the reference takes them as given. */
const DOCUMENT_BYTES = [1234, 5678];

for (const { title, scenario, state, expectedMs } of CLOSED_FORMS) {
  test(`the reference: ${title}`, (t) => {
    const { states } = referenceBackup(scenario, {
      catalog: generateCatalog(scenario),
      documentBytes: DOCUMENT_BYTES,
    });
    const { durationMs } = states.find((span) => span.state === state)!;
    const expected = expectedMs(DOCUMENT_BYTES[0]! + DOCUMENT_BYTES[1]!);
    t.true(agrees(durationMs, expected), `${durationMs} ms, and not ${expected} ms`);
  });
}
