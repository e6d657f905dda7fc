import { escapeHtml } from './escape.js';
import { STYLE } from './html-style.js';

export interface HtmlPage {
  readonly title: string;
  /** What kind of page it is: `plan`. */
  readonly kind: string;
  readonly description: string;
  /** Name and version of what made it. */
  readonly generator: string;
  /** HTML. */
  readonly body: string;
}

/** A page that needs nothing else: no request leaves it and no script runs in it. */
export function htmlPage({ title, kind, description, generator, body }: HtmlPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="${escapeHtml(generator)}">
<title>${escapeHtml(title)} – backup drill</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<p class="eyebrow">backup-drill · ${escapeHtml(kind)}</p>
<h1>${escapeHtml(title)}</h1>
<p class="description">${escapeHtml(description)}</p>
</header>
${body}
</main>
</body>
</html>
`;
}
