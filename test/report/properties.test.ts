import test from 'ava';
import fc from 'fast-check';
import { renderHtml, renderMarkdown, renderTerminal } from '../../src/report/index.js';
import { displayWidth } from '../../src/report/text.js';
import { reports } from './arbitraries.js';
import { faultsOfHtml } from './html-check.js';

/** A page takes a tenth of a second: shrinking a failure would take minutes, and its seed is enough. */
const HTML_RUNS = 24;
const TEXT_RUNS = 80;
/** What a calculation that went wrong looks like in print. */
const WRONG = /\bNaN\b|\bInfinity\b|\bundefined\b|\[object/;
/** Everything that could move a cursor, but for the ends of lines. */
const CONTROL = /[^\P{Cc}\n]/u;

test('any report is written for the terminal without wrong numbers, within its width', (t) => {
  fc.assert(
    fc.property(reports, fc.integer({ min: 40, max: 130 }), (report, width) => {
      const text = renderTerminal(report, { color: false, width });
      t.notRegex(text, WRONG);
      t.notRegex(text, CONTROL);
      // A command is only broken where it can still be copied, so its words may be longer than a line.
      for (const line of text.slice(0, text.lastIndexOf('\n  command')).split('\n')) {
        t.true(displayWidth(line) <= width, `${displayWidth(line)} > ${width}: ${line}`);
      }
    }),
    { numRuns: TEXT_RUNS },
  );
});

test('colors add escape sequences and nothing else', (t) => {
  fc.assert(
    fc.property(reports, (report) => {
      const colored = renderTerminal(report, { color: true, width: 90 });
      // oxlint-disable-next-line no-control-regex -- these are the sequences in question
      const plain = colored.replace(/\u001b\[\d+m/g, '');
      const trimmed = plain.replace(/ +$/gm, '');
      t.is(trimmed, renderTerminal(report, { color: false, width: 90 }).replace(/ +$/gm, ''));
    }),
    { numRuns: TEXT_RUNS },
  );
});

test('any report is written as Markdown whose tables hold together', (t) => {
  fc.assert(
    fc.property(reports, (report) => {
      const text = renderMarkdown(report);
      t.notRegex(text, WRONG);
      const inText = text.replace(/(`+)[^`][^]*?\1/g, '');
      t.notRegex(inText, /<[a-z!/]/i, 'HTML outside of code');
      for (const table of text.matchAll(/(?:^\|.*\|\n)+/gm)) {
        const widths = table[0]
          .trim()
          .split('\n')
          .map((row) => row.split(/(?<!\\)\|/).length);
        t.is(new Set(widths).size, 1, table[0]);
      }
    }),
    { numRuns: TEXT_RUNS },
  );
});

test('any report is written as sound HTML that asks for nothing', (t) => {
  fc.assert(
    fc.property(reports, (report) => {
      const html = renderHtml(report);
      t.notRegex(html, WRONG);
      t.deepEqual(faultsOfHtml(html), []);
    }),
    { numRuns: HTML_RUNS, endOnFailure: true },
  );
});

test('the same report gives the same bytes, whatever was drawn in between', (t) => {
  fc.assert(
    fc.property(reports, reports, (report, other) => {
      const first = renderHtml(report);
      renderHtml(other);
      t.is(renderHtml(structuredClone(report)), first);
    }),
    { numRuns: HTML_RUNS / 3, endOnFailure: true },
  );
});
