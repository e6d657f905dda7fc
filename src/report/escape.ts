import { plainText } from './text.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Any text, for HTML: inside elements and quoted attributes alike. */
export function escapeHtml(text: string): string {
  return plainText(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** Any text, for a paragraph or a table cell of Markdown. An underscore inside a word needs no escape. */
export function escapeMarkdown(text: string): string {
  return plainText(text)
    .replace(/[\\`*[\]|~#]/g, '\\$&')
    .replace(/(?<!\w)_|_(?!\w)/g, '\\_')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');
}

/** Any text as code in a paragraph of Markdown; the fence is longer than any run of backquotes in it. */
export function markdownCode(text: string): string {
  const plain = plainText(text).trim();
  if (plain === '') return '';
  const runs = plain.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const pad = runs.length > 0 ? ' ' : '';
  return `${fence}${pad}${plain}${pad}${fence}`;
}
