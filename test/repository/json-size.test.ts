import test from 'ava';
import { tooManyValues } from '../../src/repository/json-size.js';

const CHARACTERS = 6_000_000;

test('texts of little but brackets and commas are told by their values', (t) => {
  for (const piece of ['[],', '[[[', '{},', '1,2', '"",'])
    t.regex(tooManyValues(piece.repeat(CHARACTERS / 3)) ?? '', /more than 1,000,000 values/, piece);
});

test('the densest manifest that there can be is none of them', (t) => {
  const shard = '{"id":1,"bucket":0,"files":[]},';
  t.is(tooManyValues(shard.repeat(Math.ceil(CHARACTERS / shard.length))), undefined);
});

test('what is in a string is no value, whatever it is', (t) => {
  const text = `["${'[,{'.repeat(CHARACTERS / 3)}","${'\\"[,'.repeat(CHARACTERS / 4)}"]`;
  t.is(tooManyValues(text), undefined);
  t.is(tooManyValues(`["${'[,{'.repeat(CHARACTERS / 3)}`), undefined, 'nor in one that is not closed');
});

test('small texts may be anything', (t) => {
  t.is(tooManyValues('['.repeat(100_000)), undefined);
});
