import type { Tone } from './ansi.js';
import type { Figure, LegendEntry } from './charts/figure.js';
import { NARROW, WIDE } from './charts/figure.js';
import { escapeHtml } from './escape.js';
import type { Cell, Column, TableModel } from './table-model.js';

/** A table with a caption and headed rows, which scrolls by itself where the page is too narrow. */
export function htmlTable({ title, note, columns, rows }: TableModel): string {
  if (rows.length === 0) return '';
  const heads = columns.map((column) => `<th scope="col"${classes(column)}>${headOf(column)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell, i) => htmlCell(cell, columns[i]!, i)).join('')}</tr>`);
  return (
    `<div class="scroll" role="region" aria-label="${escapeHtml(title)}" tabindex="0"><table>\n` +
    `<caption>${escapeHtml(title)}</caption>\n<thead><tr>${heads}</tr></thead>\n` +
    `<tbody>\n${body.join('\n')}\n</tbody></table></div>` +
    (note === undefined ? '' : `\n<p class="note">${escapeHtml(note)}</p>`)
  );
}

/** A part of the page; nothing at all where there is nothing to show. */
export function htmlSection(title: string, parts: readonly string[]): string {
  const shown = parts.filter((part) => part !== '');
  return shown.length === 0 ? '' : `<section>\n<h2>${title}</h2>\n${shown.join('\n')}\n</section>`;
}

/** A column of names needs a head for those who only hear the table; a column of bars repeats another. */
function headOf({ head, bar }: Column): string {
  if (head !== '' || bar) return escapeHtml(head);
  return '<span class="dim">what</span>';
}

function htmlCell({ text, tone, share }: Cell, column: Column, index: number): string {
  if (column.bar) {
    const percent = Math.round(Math.max(0, Math.min(1, share ?? 0)) * 1000) / 10;
    return `<td class="bar ${tone ?? ''}" aria-hidden="true"><span style="width:${percent}%"></span></td>`;
  }
  if (index === 0) return `<th scope="row"${classes(column)}>${breakable(text)}</th>`;
  return `<td${classes(column, tone)}>${escapeHtml(text)}</td>`;
}

/** Names of states and tables may be broken after an underscore before they are broken anywhere. */
const breakable = (text: string): string => escapeHtml(text).replaceAll('_', '_<wbr>');

function classes({ align, flexible }: Column, tone?: Tone): string {
  const names = [align === 'right' ? 'right' : '', flexible ? 'wraps' : '', tone ?? ''].filter(
    (name) => name !== '',
  );
  return names.length === 0 ? '' : ` class="${names.join(' ')}"`;
}

/** A chart twice, for wide and for narrow screens; the style sheet shows one. `id` is unique on the page. */
export function htmlFigure(figure: Figure | undefined, id: string): string {
  if (figure === undefined) return '';
  const { title, caption, legend, description } = figure;
  const drawn = [
    { kind: 'wide', width: WIDE },
    { kind: 'narrow', width: NARROW },
  ].map(({ kind, width }) => {
    const svg = figure.draw({ id: `${id}-${kind}`, title, description, width });
    return `<div class="chart ${kind}">${svg}</div>`;
  });
  const words = caption === undefined ? '' : `<figcaption>${escapeHtml(caption)}</figcaption>\n`;
  return `<figure>\n<h3>${escapeHtml(title)}</h3>\n${words}${legendList(legend)}\n${drawn.join('\n')}\n</figure>`;
}

function legendList(entries: readonly LegendEntry[]): string {
  const items = entries.map((entry) => `<li>${legendMark(entry)}${escapeHtml(entry.name)}</li>`);
  return `<ul class="legend">${items.join('')}</ul>`;
}

function legendMark({ color, mark, opacity = 1 }: LegendEntry): string {
  const paint = `var(--${color})`;
  const shapes = {
    box: `<rect x="3" width="14" height="12" rx="2" fill="${paint}" fill-opacity="${opacity}"/>`,
    area: `<rect y="2" width="20" height="10" fill="${paint}" fill-opacity=".25"/><path d="M0 2H20" stroke="${paint}" stroke-width="2"/>`,
    line: `<path d="M0 6H20" stroke="${paint}" stroke-width="2" stroke-dasharray="${color === 'ideal' ? '2 4' : '5 3'}"/>`,
    dots: `<path d="M0 6H20" stroke="${paint}" stroke-width="2"/><circle cx="10" cy="6" r="4" fill="${paint}"/>`,
  };
  return `<svg viewBox="0 0 20 12" aria-hidden="true">${shapes[mark]}</svg>`;
}
