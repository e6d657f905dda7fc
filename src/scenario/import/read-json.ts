import { DrillError } from '../../base/errors.js';
import type { Parsed } from './result-set.js';

/** An array of objects, an object whose `rows` (or `data`) is one, or several of these one a line (as mysqlsh prints). */
export function readJson(text: string, source: string): Parsed[] {
  const whole = parsed(text);
  const parts = whole.ok ? [whole.value] : jsonLines(text, source);
  const objects = parts.flatMap(rowsIn);
  if (objects === undefined || objects.some((row) => !isObject(row)))
    throw unreadable(source, 'it is JSON, but no list of rows, such as [{"BackendId": "10001", …}, …]');
  const headers = [...new Set(objects.flatMap((row) => Object.keys(row as object)))];
  if (headers.length > MOST_COLUMNS)
    throw unreadable(
      source,
      `its rows have ${headers.length} columns, and no listing has more than ${MOST_COLUMNS}`,
    );
  const rows = objects.map((row) =>
    headers.map((header) =>
      Object.hasOwn(row as object, header)
        ? textOf((row as Record<string, unknown>)[header], source)
        : undefined,
    ),
  );
  return headers.length === 0 ? [] : [{ headers, rows }];
}

/** Rows without a column get it, empty: of many rows with a column each, that would be too many. */
const MOST_COLUMNS = 200;

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function rowsIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  const { rows, data } = (value ?? {}) as { rows?: unknown; data?: unknown };
  if (Array.isArray(rows)) return rows;
  if (Array.isArray(data)) return data;
  return [value];
}

function jsonLines(text: string, source: string): unknown[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    const one = parsed(line);
    if (!one.ok) throw unreadable(source, `line ${i + 1} is no JSON: ${one.message}`);
    return [one.value];
  });
}

function parsed(text: string): { ok: true; value: unknown } | { ok: false; message: string } {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { ok: false, message: (error as Error).message };
  }
}

function textOf(value: unknown, source: string): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'object') return String(value);
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) throw unreadable(source, 'lists or maps are nested too deeply in it');
    throw error;
  }
}

const unreadable = (source: string, why: string): DrillError =>
  new DrillError('IMPORT_UNREADABLE', `${source}: ${why}`);
