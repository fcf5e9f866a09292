// The console's own icons, in the manner of the shared ones, and those.

import { html, svg } from "/lib/lit-html/lit-html.js";
import { icon as shared } from "/shared/icons.js";

const paths = {
  bolt: svg`<path d="M13 3.5L5.5 13.5H11l-1 7 8.5-10.5H13z"/>`,
  download: svg`<path d="M12 4v11M7.5 10.5L12 15l4.5-4.5M5 19.5h14"/>`,
  inbox: svg`<path d="M3.5 13.5L6.3 5.700a1 1 0 0 1 1-.7h9.400a1 1 0 0 1 1 .7l2.8 7.800v4.5a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1zM3.5 13.5h5l1.5 2.5h4l1.5-2.5h5"/>`,
  lock: svg`<rect x="5.5" y="10.5" width="13" height="9.5" rx="2"/><path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5"/>`,
  mail: svg`<rect x="3.5" y="5.5" width="17" height="13" rx="2"/><path d="M4 7.5l8 6 8-6"/>`,
  stats: svg`<path d="M5 19.5V12M12 19.5V4.5M19 19.5V9"/>`,
};

export function icon(name, kind = "") {
  if (!(name in paths)) return shared(name, kind);
  return html`<svg class="icon ${kind}" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">${paths[name]}</svg>`;
}
