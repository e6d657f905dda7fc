export { renderHtml } from './html.js';
export { renderMarkdown } from './markdown.js';
export { progressJson, progressLine } from './progress.js';
export { renderTerminal, type TerminalOptions } from './terminal.js';
