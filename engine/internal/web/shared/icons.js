// The icons, drawn with lines on a field of 24 × 24.

import { svg, html } from "/lib/lit-html/lit-html.js";

const paths = {
  back: svg`<path d="M15 5l-7 7 7 7"/>`,
  ban: svg`<circle cx="12" cy="12" r="8.5"/><path d="M6 6l12 12"/>`,
  bell: svg`<path d="M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20.5a2 2 0 0 0 4 0"/>`,
  bellOff: svg`<path d="M6 16V11a6 6 0 0 1 9-5.2M18 11v5l1.5 2H8M10 20.5a2 2 0 0 0 4 0M4 4l16 16"/>`,
  chat: svg`<path d="M5 5h14a1.5 1.5 0 0 1 1.5 1.5v9A1.5 1.5 0 0 1 19 17h-7l-4.5 3.5V17H5a1.5 1.5 0 0 1-1.5-1.5v-9A1.5 1.5 0 0 1 5 5z"/>`,
  check: svg`<path d="M5 12.5l4.5 4.5L19 7.5"/>`,
  checks: svg`<path d="M2 12.5L6.5 17 15 7.5M10.5 15.5L12 17l9-9.5"/>`,
  clock: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.2l3.2 2"/>`,
  close: svg`<path d="M6 6l12 12M18 6L6 18"/>`,
  copy: svg`<rect x="8.5" y="8.5" width="11" height="11" rx="2"/><path d="M15.5 5.5a1 1 0 0 0-1-1h-9a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1"/>`,
  crown: svg`<path d="M4 17.5V8l4.5 4L12 6l3.5 6L20 8v9.5z"/>`,
  desk: svg`<path d="M4.5 14v-2a7.5 7.5 0 0 1 15 0v2M4.5 13.5h2a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1h-1a1 1 0 0 1-1-1zM19.5 13.5h-2a1 1 0 0 0-1 1v3a1 1 0 0 0 1 1h1a1 1 0 0 0 1-1zM18.5 18.5c0 1.5-2 2.5-4.5 2.5"/>`,
  down: svg`<path d="M5 9l7 7 7-7"/>`,
  edit: svg`<path d="M4.5 19.5l1-4L16 5l3 3L8.5 18.5zM14 7l3 3"/>`,
  eye: svg`<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="2.8"/>`,
  group: svg`<circle cx="9" cy="8.5" r="3.3"/><path d="M2.8 19.5c0-3.4 2.8-5.7 6.2-5.7s6.2 2.3 6.2 5.7M15.5 5.5a3.2 3.2 0 0 1 0 6.1M17.3 14.2c2.3.6 3.9 2.6 3.9 5.3"/>`,
  hide: svg`<path d="M4 7h16M6 7l1 12.5h10L18 7M9.5 11v5M14.5 11v5M9.5 7V4.5h5V7"/>`,
  image: svg`<rect x="3.5" y="4.5" width="17" height="15" rx="2"/><circle cx="9" cy="10" r="1.7"/><path d="M4 17l5-4.5 3.5 3L16 12l4.5 4"/>`,
  info: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.2M12 7.6v.2"/>`,
  leave: svg`<path d="M14 4.5H6.5a1 1 0 0 0-1 1v13a1 1 0 0 0 1 1H14M10.5 12H21M17.5 8.5L21 12l-3.5 3.5"/>`,
  menu: svg`<path d="M4 7h16M4 12h16M4 17h16"/>`,
  moon: svg`<path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z"/>`,
  more: svg`<path d="M5.5 12h.01M12 12h.01M18.5 12h.01" stroke-width="2.6"/>`,
  note: svg`<path d="M5.5 4.5h13v10l-5 5h-8zM18.5 14.5h-5v5M8.5 9h7M8.5 12.5h4"/>`,
  pin: svg`<path d="M9 3.5h6l-.8 6 3.3 3.5v1.5h-11V13l3.3-3.5zM12 14.5v6"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  reply: svg`<path d="M9.5 6L4 11.5 9.5 17M4.5 11.5H14a6 6 0 0 1 6 6v1"/>`,
  retry: svg`<path d="M19.5 5v5h-5M19 10a7.5 7.5 0 1 0 .5 4"/>`,
  search: svg`<circle cx="11" cy="11" r="6.5"/><path d="M16 16l4.5 4.5"/>`,
  send: svg`<path d="M4.5 12L3.5 4.5 21 12 3.5 19.5zM4.5 12H12"/>`,
  settings: svg`<path d="M4 7h8M16 7h4M4 17h4M12 17h8"/><circle cx="14" cy="7" r="2"/><circle cx="10" cy="17" r="2"/>`,
  smile: svg`<circle cx="12" cy="12" r="8.5"/><path d="M8.5 14.2a4.2 4.2 0 0 0 7 0M9.2 9.6v.2M14.8 9.6v.2"/>`,
  star: svg`<path d="M12 4l2.4 5.2 5.6.6-4.2 3.8 1.2 5.6-5-2.9-5 2.9 1.2-5.6L4 9.8l5.6-.6z"/>`,
  sun: svg`<circle cx="12" cy="12" r="4"/><path d="M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4"/>`,
  system: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5v17a8.5 8.5 0 0 0 0-17z" fill="currentColor"/>`,
  tag: svg`<path d="M4 4.5h7.5L20 13l-7 7-8.5-8.5zM8 8.2v.1"/>`,
  transfer: svg`<path d="M4 8.5h14M14.5 5L18 8.5 14.5 12M20 15.5H6M9.5 12L6 15.5 9.5 19"/>`,
  undo: svg`<path d="M8.5 4.5L4 9l4.5 4.5M4.5 9H14a5.5 5.5 0 0 1 0 11H8"/>`,
  up: svg`<path d="M5 16l7-7 7 7"/>`,
  user: svg`<circle cx="12" cy="8.5" r="3.8"/><path d="M4.5 20c0-3.8 3.3-6.2 7.5-6.2s7.5 2.4 7.5 6.2"/>`,
  userPlus: svg`<circle cx="10" cy="8.5" r="3.6"/><path d="M3 19.5c0-3.6 3-5.8 7-5.8 1.6 0 3 .4 4.2 1M18 13.5v7M14.5 17h7"/>`,
  warning: svg`<path d="M12 4.5L21 19.5H3zM12 10v4.5M12 16.9v.1"/>`,
};

export function icon(name, kind = "") {
  return html`<svg class="icon ${kind}" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">${paths[name]}</svg>`;
}
