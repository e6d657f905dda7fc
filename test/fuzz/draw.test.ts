import test from 'ava';
import { FAULT_KINDS } from '../../src/world/faults.js';
import { caseFile, caseOf, caseText, readCase } from '../../src/fuzz/case-file.js';
import { drawCase } from '../../src/fuzz/draw/draw-case.js';
import { generateCatalog, scenarioStatement } from '../../src/scenario/index.js';

const cases = Array.from({ length: 1000 }, (_, i) => drawCase(String(i + 1)));

test('a seed stands for one case', (t) => {
  t.deepEqual(drawCase('17'), drawCase('17'));
  t.notDeepEqual(drawCase('17'), drawCase('18'));
});

test('every kind of fault is drawn, and cases without any', (t) => {
  const kinds = new Set(cases.flatMap(({ scenario }) => (scenario.faults ?? []).map(({ kind }) => kind)));
  t.deepEqual([...kinds].toSorted(), FAULT_KINDS.toSorted());
  t.true(cases.some(({ scenario }) => scenario.faults === undefined));
});

test('every setting of the engine differs between cases, but what no case can change', (t) => {
  const engines = cases.map(({ scenario }) => scenario.engine);
  for (const key of Object.keys(engines[0]!) as (keyof (typeof engines)[0])[]) {
    if (key === 'minTimeoutMs') continue;
    const values = new Set(engines.map((engine) => JSON.stringify(engine[key])));
    t.true(values.size > 1, key);
  }
});

test('clusters are small', (t) => {
  const shards = cases
    .map(({ scenario }) => generateCatalog(scenario).shards.count)
    .toSorted((a, b) => a - b);
  t.true(shards[Math.floor(shards.length / 2)]! < 8);
  t.true(shards[Math.floor(shards.length * 0.9)]! < 25);
});

test('some nodes have more shards than workers, so that some of them wait', (t) => {
  const waiting = cases.filter(({ scenario }) => {
    const { shards, nodeNames } = generateCatalog(scenario);
    return shards.count > nodeNames.length * scenario.engine.uploadWorkers;
  });
  t.true(waiting.length > 0.3 * cases.length, `${waiting.length} of ${cases.length}`);
});

test('what a case backs up is what its statement says', (t) => {
  for (const { scenario, backup } of cases) {
    const read = caseOf(scenario, scenarioStatement(scenario));
    t.deepEqual(read.backup, backup);
  }
});

test('a case that is written to a file is read again', (t) => {
  const violation = { checker: 'x', atMs: 1, message: 'y' };
  for (const drawn of cases.slice(0, 50)) {
    const text = caseText(drawn, violation);
    t.is(caseText(readCase(text)!, violation), text);
  }
  t.is(readCase('cluster: nodes'), undefined);
  t.is(readCase('{}'), undefined);
});

test('a case that a scenario can tell is written as one, and otherwise as it is', (t) => {
  const violation = { checker: 'x', atMs: 1, message: 'y' };
  const plain = cases.filter((c) => c.meanwhile.length + c.brokenReplicas.length === 0 && !c.restoreFaults);
  for (const drawn of plain.slice(0, 60)) {
    const { calmAfterMs: _, ...whole } = drawn;
    const simple = { ...whole, afterCancel: 'nothing' as const };
    const { extension, text } = caseFile(simple, violation, (read) => {
      t.deepEqual(read.backup, simple.backup);
      t.deepEqual(read.scenario.faults, simple.scenario.faults);
      return true;
    });
    t.is(extension, 'yaml');
    t.true(text.startsWith('# Found by drill fuzz'));
    t.is(caseFile(simple, violation, () => false).extension, 'json');
  }
  t.is(caseFile({ ...plain[0]!, afterCancel: 'same-label' }, violation, () => true).extension, 'json');
});
