import { BarChart, CustomChart, LineChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent } from 'echarts/components';
import { init, use, type EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { escapeHtml } from '../escape.js';

use([BarChart, CustomChart, LineChart, GridComponent, MarkLineComponent, SVGRenderer]);

/**
 * Colours by what they mean. A chart is drawn with stand-ins, which become CSS variables afterwards: so one drawing
 * suits the light page, the dark one and paper.
 */
const COLOR_NAMES = [
  ...(['text', 'muted', 'line', 'surface', 'measured', 'predicted', 'ideal', 'heat', 'idle'] as const),
  ...(['on-dark', 'on-light'] as const),
  ...(['state-0', 'state-1', 'state-2', 'state-3', 'state-4', 'state-5', 'state-6', 'state-7'] as const),
] as const;
export type ColorName = (typeof COLOR_NAMES)[number];

const STAND_IN = '#01a0';

/** The stand-in for a colour, to be used in a chart's option. */
export function ink(name: ColorName): string {
  return STAND_IN + COLOR_NAMES.indexOf(name).toString(16).padStart(2, '0');
}

export const FONT_SIZE = 12;
/** A generous mean, for leaving room where nothing can measure a text. */
const COLUMN_WIDTH = 7;
export const textWidth = (text: string): number => text.length * COLUMN_WIDTH;

/**
 * A text that came from outside, for a label. The drawing library keeps widths of texts in a plain object: a node named
 * `__proto__` would make it write into the prototype of all objects, so such names get a space behind them.
 */
export const labelText = (text: string): string => (text in Object.prototype ? `${text} ` : text);

export interface Picture {
  /** Unique on the page: ids inside the drawing begin with it. */
  readonly id: string;
  readonly title: string;
  /** What a reader who cannot see it should know. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
}

/** Draws a chart as SVG, the same text for the same option, whatever was drawn before. */
export function drawSvg(picture: Picture, option: EChartsCoreOption): string {
  const { width, height } = picture;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: 'inherit', fontSize: FONT_SIZE },
      ...option,
    });
    return normalise(chart.renderToSVGString(), picture);
  } finally {
    chart.dispose();
  }
}

function normalise(svg: string, { id, title, description, width, height }: Picture): string {
  const body = svg
    .replace(/^[^]*?<svg[^>]*>/, '')
    .replace(/<style\b[^]*?<\/style>\s*/g, '')
    .replace(/^\s*<rect [^>]*fill="none"[^>]*><\/rect>\s*/, '')
    .replace(/<[^>]*>/g, (tag) => normaliseTag(tag, id));
  const names = `aria-labelledby="${id}-title ${id}-desc"`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" ${names}>\n` +
    `<title id="${id}-title">${escapeHtml(title)}</title>\n` +
    `<desc id="${id}-desc">${escapeHtml(description)}</desc>\n${body}`
  );
}

/** What a drawing needs. Everything else that comes with it is for scripts in a page, or left over from drawing. */
const KEPT_ATTRIBUTES = new Set(
  (
    'd x y width height cx cy r points transform fill fill-opacity stroke stroke-width stroke-opacity stroke-dasharray ' +
    'stroke-linecap stroke-linejoin opacity id clip-path style text-anchor dominant-baseline'
  ).split(' '),
);

/** Only inside of tags: what looks like an id or a stand-in in a text is somebody's name. */
function normaliseTag(tag: string, id: string): string {
  return tag
    .replace(/\s+([\w:-]+)(?:="[^"]*")?/g, (whole, name: string) => (KEPT_ATTRIBUTES.has(name) ? whole : ''))
    .replace(/(id="|#)zr\d+-/g, `$1${id}-`)
    .replace(/#01a0([0-9a-f]{2})/gi, (whole, index: string) => {
      const color = COLOR_NAMES[Number.parseInt(index, 16)];
      return color === undefined ? whole : `var(--${color})`;
    });
}
