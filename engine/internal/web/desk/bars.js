// Bars, drawn as SVG by numbers alone.

import { html, svg } from "/lib/lit-html/lit-html.js";

// bar fills a line by n of most.
export function bar(n, most, kind = "") {
  const width = most > 0 ? Math.min(100, (100 * n) / most) : 0;
  return html`<svg class="bar ${kind} ${width >= 100 ? "full" : ""}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
    <rect class="track" width="100" height="6" rx="1.5"/>${svg`<rect class="fill" width=${width} height="6" rx="1.5"/>`}</svg>`;
}

// bars are rows of { label, n, text }, the largest of which is as long as the line.
export function bars(rows, kind = "") {
  const most = Math.max(1, ...rows.map(r => r.n));
  return html`<dl class="bars">${rows.map(r => html`<dt class="ellipsis">${r.label}</dt><dd>${bar(r.n, most, r.kind ?? kind)}<b>${r.text ?? r.n}</b></dd>`)}</dl>`;
}
