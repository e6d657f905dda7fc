/** The colours of one scheme. Data colours are Okabe and Ito's, which the colour-blind can tell apart. */
const LIGHT = `
  --page: #f4f5f7; --surface: #ffffff; --text: #1b1f24; --muted: #59626d; --line: #d8dce1;
  --measured: #0072b2; --predicted: #d55e00; --ideal: #6b7480; --heat: #0072b2; --idle: #e6e9ee;
  --good: #1a7f4b; --good-soft: #e4f4ea; --bad: #b3261e; --bad-soft: #fbe9e7; --warn: #8a5a00; --warn-soft: #fdf3df;
  --state-0: #0072b2; --state-1: #e69f00; --state-2: #009e73; --state-3: #f0e442;
  --state-4: #cc79a7; --state-5: #b8bfc8; --state-6: #56b4e9; --state-7: #d55e00;
  --on-dark: #ffffff; --on-light: #14181c;`;

const DARK = `
  --page: #101317; --surface: #191d23; --text: #e7eaee; --muted: #a3adb8; --line: #353c45;
  --measured: #56b4e9; --predicted: #f39c4a; --ideal: #8f99a5; --heat: #56b4e9; --idle: #2b323b;
  --good: #5ccf92; --good-soft: #16301f; --bad: #ff8f85; --bad-soft: #3a1a18; --warn: #e8b04a; --warn-soft: #33270f;
  --state-0: #2b87c7; --state-5: #8a94a0;`;

const SCREEN = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1000px; margin: 0 auto; padding: 28px 20px 48px; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 2px 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 12px; overflow-wrap: anywhere; }
h3 { font-size: 1rem; line-height: 1.3; margin: 20px 0 6px; overflow-wrap: anywhere; }
p { margin: 0 0 8px; overflow-wrap: anywhere; }
.eyebrow { color: var(--muted); font-size: .85rem; margin: 0; }
.description { color: var(--muted); margin-bottom: 18px; }
section, details {
  background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; margin-top: 16px;
}
.answer { border-left: 6px solid var(--good); background: var(--good-soft); }
.answer.is-bad { border-left-color: var(--bad); background: var(--bad-soft); }
.answer .verdict { font-weight: 700; color: var(--good); margin: 0 0 2px; }
.answer.is-bad .verdict { color: var(--bad); }
.answer.is-warn { border-left-color: var(--warn); background: var(--warn-soft); }
.answer.is-warn .verdict { color: var(--warn); }
.answer .headline { font-size: 1.2rem; line-height: 1.4; font-weight: 600; }
.answer p:last-child { margin-bottom: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; margin: 16px 0 0; padding: 0; }
.tiles > div { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 10px 14px; }
.tiles dt { color: var(--muted); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.25rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.tiles dd small { display: block; font-size: .8rem; font-weight: 400; color: var(--muted); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; min-width: 50%; }
caption { text-align: left; font-weight: 650; padding: 0 0 6px; }
th, td { padding: 5px 12px; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { padding-left: 0; }
th.wraps, td.wraps { white-space: normal; overflow-wrap: anywhere; min-width: 8.5em; }
thead th { color: var(--muted); font-weight: 500; }
tbody th { font-weight: 500; }
tbody tr:last-child > * { border-bottom: 0; }
.right { text-align: right; }
.strong { font-weight: 650; } .good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.dim { color: var(--muted); }
.bar { width: 120px; min-width: 80px; }
.bar span { display: block; height: 10px; border-radius: 2px; background: var(--measured); }
.bar.predicted span { background: var(--predicted); }
.note { color: var(--muted); font-size: .9rem; margin: 8px 0 0; }
figure { margin: 0; }
figure + .scroll, .scroll + .scroll, .note + .scroll, .checks + .scroll { margin-top: 22px; }
figcaption { color: var(--muted); font-size: .88rem; margin: 0 0 6px; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; list-style: none; margin: 0 0 4px; padding: 0; font-size: .85rem; }
.legend li { display: flex; align-items: center; gap: 6px; }
.legend svg { width: 20px; height: 12px; flex: none; }
.chart svg { display: block; width: 100%; height: auto; }
.chart.narrow { display: none; }
.findings { margin: 6px 0 0; padding-left: 1.2em; }
.findings li, code, pre { overflow-wrap: anywhere; }
code, pre { font: .88rem/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { white-space: pre-wrap; margin: 8px 0; padding: 10px 12px; background: var(--page); border-radius: 6px; }
.checks { list-style: none; margin: 0; padding: 0; }
.checks > li { padding: 3px 0 3px 1.7em; text-indent: -1.7em; }
.checks > li > * { text-indent: 0; }
.mark { display: inline-block; width: 1.7em; font-weight: 700; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 4px 18px; margin: 0; }
.facts dt { color: var(--muted); } .facts dd { margin: 0; overflow-wrap: anywhere; }
summary { cursor: pointer; font-weight: 650; overflow-wrap: anywhere; }
summary + * { margin-top: 14px; }`;

const PHONE = `
  main { padding: 18px 10px 32px; }
  section, details { padding: 14px 12px; }
  h1 { font-size: 1.4rem; }
  .answer .headline { font-size: 1.08rem; }
  .chart.wide { display: none; }
  .chart.narrow { display: block; }
  th, td { padding: 5px 4px; }
  table { font-size: .8rem; min-width: 100%; }
  thead th, td.dim { white-space: normal; }
  th.wraps, td.wraps, td.dim { min-width: 5.5em; }
  .bar { display: none; }
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: 8px; }`;

/** On paper: always the light colours, no cards, nothing cut in two. */
const PRINT = `
  @page { margin: 14mm; }
  :root { ${LIGHT} --page: #ffffff; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  section, details { border: 0; border-radius: 0; padding: 0; margin-top: 16pt; }
  .answer { border: 0; border-left: 5pt solid var(--good); padding: 8pt 12pt; break-inside: avoid; }
  h2, h3, caption, summary { break-after: avoid; }
  figure, tr, .scroll, .tiles, .failure { break-inside: avoid; }
  .tiles { grid-template-columns: repeat(5, 1fr); gap: 6pt; }
  .tiles dd { font-size: 1.1rem; }
  .scroll { overflow: visible; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  .chart.narrow { display: none; }
  .chart.wide { display: block; }`;

/** The style sheet of the page; it asks nothing of any other place. */
export const STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
${SCREEN}
@media (max-width: 640px) { ${PHONE} }
@media print { ${PRINT} }
`;
