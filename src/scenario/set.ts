import { isMap, isSeq, parse, parseDocument, type Document } from 'yaml';
import { DrillError } from '../base/errors.js';
import { shortened } from '../base/text.js';
import { SCENARIO } from './document-kind.js';
import { refuseWhatIsNoScenario } from './document.js';
import { MAX_DEPTH, type Path } from './places.js';
import { checkReferences, excess } from './structure.js';
import { SweepError, sweepValues } from './sweep-values.js';

/**
 * A scenario's text with some values changed: `settings` maps a path such as `cluster.nodes` or
 * `databases.0.tables.0.fileSize` to a value in YAML. What is wrong with the result is for `loadScenario` to say.
 * Throws USAGE for a path that leads nowhere.
 */
export function withSettings(text: string, settings: Readonly<Record<string, string>>): string {
  const entries = Object.entries(settings);
  if (entries.length === 0) return text;
  const document = changeable(text);
  if (!document) return text;
  for (const [key, value] of entries) {
    const refuse = (message: string, cause?: unknown): DrillError =>
      new DrillError('USAGE', `--set ${shown(key)}=${shown(value)}: ${message}`, {
        hint: 'the path names keys as in the scenario file, with the position (from 0) for items of a list',
        cause,
      });
    const path = key.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    const wrong = whyNowhere(document, path);
    if (wrong !== undefined) throw refuse(wrong);
    try {
      document.setIn(
        path,
        document.createNode(parse(value, { logLevel: 'error', prettyErrors: false, maxAliasCount: 0 })),
      );
    } catch (error) {
      throw refuse((error as Error).message, error);
    }
  }
  return written(document, 'with --set');
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
    if (sweep.has(knob))
      throw usage(argument, `there are values of ${shown(knob)} already; write them in one list`);
    checkValues(argument, values);
    sweep.set(knob, values);
  }
  if (sweep.size > 2) throw usage(sweeps[2]!, 'a sweep turns one knob or two; --sweep may be given twice');
  const document = changeable(text);
  if (!document || !isMap(document.contents)) return text;
  document.delete('variants');
  document.set('sweep', document.createNode(Object.fromEntries(sweep)));
  return written(document, 'with --sweep');
}

/** The document of a text; undefined where something is wrong with it, which is for `loadScenario` to say. */
function changeable(text: string): Document | undefined {
  try {
    refuseWhatIsNoScenario(text, '', SCENARIO);
    // Keys that are there twice stay so, and are found when the changed text is read.
    const document = parseDocument(text, { logLevel: 'error', prettyErrors: false, uniqueKeys: false });
    if (document.errors.length > 0 || excess(document).length > 0) return undefined;
    return checkReferences(document).length > 0 ? undefined : document;
  } catch (error) {
    if (error instanceof DrillError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function written(document: Document, how: string): string {
  try {
    return document.toString({ lineWidth: 0 });
  } catch (cause) {
    // What was replaced had an anchor, or what replaced it goes too deep.
    throw new DrillError('USAGE', `${how} the scenario makes no sense: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Why nothing can be set at a path; undefined where something can. */
function whyNowhere(document: Document, path: Path): string | undefined {
  if (path.length > MAX_DEPTH) return `nothing in a scenario lies in more than ${MAX_DEPTH} maps`;
  for (const [i, segment] of path.entries()) {
    const parent = i === 0 ? document.contents : document.getIn(path.slice(0, i), true);
    if (!isSeq(parent)) continue;
    const { length } = parent.items;
    if (typeof segment !== 'number' || segment > length)
      return `${path.slice(0, i).join('.')} is a list of ${length}, and has no ${shown(String(segment))}`;
  }
  return undefined;
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
  new DrillError('USAGE', `--sweep ${shown(argument)}: ${message}`);

const MOST_SHOWN = 200;
const shown = (text: string): string => shortened(text, MOST_SHOWN);
