import test from 'ava';
import * as fc from 'fast-check';
import { childrenOf, escapeXml, parseXml, textOf } from '../../../src/repository/storage/s3/xml.js';
import { bytesOf } from '../storage-helpers.js';
import { xmlDocument } from '../../s3-server/xml.js';

test('what a server writes is read, every character of it', async (t) => {
  const text = fc.string({ unit: fc.constantFrom(...Array.from('abc <>&"\'\t\n]äß€𝄞;#x')), maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(fc.array(text), text, async (keys, name) => {
      const document = xmlDocument('List', { Name: name, Item: keys.map((Key) => ({ Key })) });
      const root = await parseXml(bytesOf(document));
      t.is(root?.name, 'List');
      t.is(textOf(root, 'Name'), name);
      t.deepEqual(
        childrenOf(root, 'Item').map((item) => textOf(item, 'Key')),
        keys,
      );
    }),
  );
});

test('what is escaped is read as what it was', async (t) => {
  const text = fc.string({ unit: fc.constantFrom(...Array.from(`ab <>&"']äß€𝄞;#x`)) });
  await fc.assert(
    fc.asyncProperty(text, async (plain) => {
      const root = await parseXml(bytesOf(`<a><b>${escapeXml(plain)}</b></a>`));
      return textOf(root, 'b') === plain;
    }),
  );
  t.pass();
});

test('a document that is cut anywhere is none', async (t) => {
  const whole = xmlDocument('List', { IsTruncated: 'false', Item: [{ Key: 'a' }, { Key: 'b' }] });
  for (let length = 0; length < whole.length; length++) {
    t.is(await parseXml(bytesOf(whole.slice(0, length))), undefined, `${length}`);
  }
  t.truthy(await parseXml(bytesOf(whole)));
});

test('prefixes, attributes, CDATA, numbers of characters and spaces of a server that is at work', async (t) => {
  const text =
    '\n \r\n<?xml version="1.0" encoding="UTF-8"?><s3:A xmlns:s3="urn:x" a="1"><!-- c --><s3:B x="2"> &#65;<![CDATA[<&]]>&#x20;</s3:B></s3:A>\n';
  const root = await parseXml(bytesOf(text));
  t.is(root?.name, 'A');
  t.is(textOf(root, 'B'), ' A<& ');
  t.is(textOf(root, 'C'), undefined);
  t.deepEqual(childrenOf(undefined, 'B'), []);
});

test('what is no XML, or makes up entities, is no document', async (t) => {
  const bomb = '<!DOCTYPE a [<!ENTITY e "ha"><!ENTITY f "&e;&e;">]><a>&f;</a>';
  for (const text of [
    '',
    ' ',
    'no',
    '<!doctype html><br>',
    '<a><b></a></b>',
    '<a/><b/>',
    '<a>\u0001</a>',
    bomb,
  ]) {
    t.is(await parseXml(bytesOf(text)), undefined, text);
  }
});
