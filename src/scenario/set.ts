import { isMap, parse, parseDocument } from 'yaml';
import { DrillError } from '../base/errors.js';
import { SweepError, sweepValues } from './sweep-values.js';

/**
 * A scenario's text with some values changed: `settings` maps a path such as `cluster.nodes` or
 * `databases.0.tables.0.fileSize` to a value in YAML. What is wrong with the result is for `loadScenario` to say.
 * Throws USAGE for a path that leads nowhere.
 */
export function withSettings(text: string, settings: Readonly<Record<string, string>>): string {
  const entries = Object.entries(settings);
  if (entries.length === 0) return text;
  const document = parseDocument(text);
  if (document.errors.length > 0) return text;
  for (const [key, value] of entries) {
    const path = key.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    try {
      document.setIn(path, document.createNode(parse(value)));
    } catch (error) {
      throw new DrillError('USAGE', `--set ${key}=${value}: ${(error as Error).message}`, {
        hint: 'the path names keys as in the scenario file, with the position (from 0) for items of a list',
        cause: error,
      });
    }
  }
  return document.toString({ lineWidth: 0 });
}

/**
 * A scenario's text with the sweep that `sweeps` describe, such as `cluster.nodes=1..64` or `seed=1,2,3`, instead of the
 * sweep or the variants that it has. What is wrong with knobs and values is for `loadScenario` to say. Throws USAGE for
 * what cannot be read.
 */
export function withSweeps(text: string, sweeps: readonly string[]): string {
  if (sweeps.length === 0) return text;
  const sweep = new Map<string, string>();
  for (const argument of sweeps) {
    const at = argument.indexOf('=');
    if (at <= 0) throw usage(argument, 'write knob=values, as in --sweep cluster.nodes=1..64');
    const knob = argument.slice(0, at).trim();
    const values = argument.slice(at + 1).trim();
    if (sweep.has(knob)) throw usage(argument, `there are values of ${knob} already; write them in one list`);
    checkValues(argument, values);
    sweep.set(knob, values);
  }
  if (sweep.size > 2) throw usage(sweeps[2]!, 'a sweep turns one knob or two; --sweep may be given twice');
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return text;
  document.delete('variants');
  document.set('sweep', document.createNode(Object.fromEntries(sweep)));
  return document.toString({ lineWidth: 0 });
}

function checkValues(argument: string, values: string): void {
  try {
    sweepValues(values);
  } catch (error) {
    if (error instanceof SweepError) throw usage(argument, error.message);
    throw error;
  }
}

const usage = (argument: string, message: string): DrillError =>
  new DrillError('USAGE', `--sweep ${argument}: ${message}`);
