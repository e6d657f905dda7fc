import test from 'ava';
import { Exclusion } from '../../../src/fuzz/checkers/exclusion.js';
import { journal, judge, stored } from '../trace.js';

const make = (): Exclusion => new Exclusion();

test('one job after the other is fine, and so are two on databases and labels of their own', (t) => {
  const trace = [
    journal(stored('UPLOADING')),
    journal(stored('PENDING', { id: 2, database: 'other_db', label: 'other' })),
    journal(stored('FINISHED')),
    journal(stored('PENDING', { id: 3 })),
  ];
  t.deepEqual(judge(make, trace), []);
});

test('two jobs on one database are refused', (t) => {
  const trace = [journal(stored('UPLOADING')), journal(stored('PENDING', { id: 2, label: 'other' }))];
  t.regex(judge(make, trace)[0]!.message, /both run on database example_db/);
});

test('two writers of one label are refused', (t) => {
  const trace = [journal(stored('UPLOADING')), journal(stored('PENDING', { id: 2, database: 'other_db' }))];
  t.regex(judge(make, trace)[0]!.message, /both run on label label1/);
});
