import { parse, parseDocument } from 'yaml';
import { DrillError } from '../base/errors.js';

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
