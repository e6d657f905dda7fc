import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the project, from dist/test/fuzz. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Whole files of the project, sorted, so that a seed means the same on every machine. */
export function projectFiles(directory: string, extension: string, mostCharacters: number): string[] {
  const names = readdirSync(path.join(ROOT, directory), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith(extension))
    .toSorted()
    .map((name) => readFileSync(path.join(ROOT, directory, name), 'utf8'))
    .filter((text) => text.length <= mostCharacters);
}

/** The fenced pieces of one language in the project's documents. */
export function fencedPieces(language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\b[^\\n]*\\n(.*?)^\`\`\``, 'gms');
  return projectFiles('docs', '.md', Infinity).flatMap((text) =>
    [...text.matchAll(fence)].map((match) => match[1]!),
  );
}
