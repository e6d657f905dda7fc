import { cell, withoutColumns, type TableModel } from '../../report/table-model.js';
import { plainText } from '../../report/text.js';
import type { History, Trend } from './history.js';
import { sparkline } from './sparkline.js';
import { ofWords, sizeOfChange, trendValue, whereElse, type TrendChange } from './words.js';

const LONGEST_SPARKLINE = 24;

/** What changed at one point. */
export function changeTable(title: string, changes: readonly TrendChange[]): TableModel {
  const table: TableModel = {
    title,
    columns: [
      { head: 'benchmark', align: 'left', flexible: true },
      { head: 'before', align: 'right' },
      { head: 'since', align: 'right' },
      { head: 'change', align: 'right' },
      { head: 'note', align: 'left', dropOrder: 1 },
    ],
    rows: changes.map((one) => {
      const { trend, change } = one;
      return [
        cell(plainText(trend.name)),
        cell(trendValue(change.from, trend.unit)),
        cell(trendValue(change.to, trend.unit)),
        cell(sizeOfChange(change), change.verdict === 'slower' ? 'bad' : 'good'),
        cell([ofWords(trend), whereElse(one)].filter((text) => text !== '').join('; '), 'dim'),
      ];
    }),
  };
  const hasNotes = table.rows.some((row) => row.at(-1)!.text !== '');
  return withoutColumns(table, ({ head }) => head === 'note' && !hasNotes);
}

/** All trends, those that changed first. */
export function trendTable({ trends }: History, isChanged: boolean): TableModel {
  return {
    title: isChanged ? 'Trends that changed' : 'Other trends',
    columns: [
      { head: 'benchmark', align: 'left', flexible: true },
      { head: 'first', align: 'right', dropOrder: 2 },
      { head: 'last', align: 'right' },
      { head: 'values', align: 'right', dropOrder: 1 },
      { head: 'trend', align: 'left', dropOrder: 3 },
    ],
    rows: trends.filter(({ changes }) => changes.length > 0 === isChanged).map(rowOf),
  };
}

const rowOf = ({ name, unit, values }: Trend): TableModel['rows'][number] => [
  cell(plainText(name)),
  cell(trendValue(values[0]!, unit)),
  cell(trendValue(values.at(-1)!, unit)),
  cell(String(values.length)),
  cell(sparkline(values, LONGEST_SPARKLINE)),
];
