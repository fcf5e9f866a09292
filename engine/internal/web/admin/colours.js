// The colours of the page, for canvases: those of the theme that is shown, as the browser computes them.

import { onTheme } from "/shared/theme.js";

const known = new Map();
let probe;

onTheme(() => known.clear());

// colour is what a CSS colour comes to: a custom property as "--accent", or a mix of several.
export function colour(css) {
  if (!known.has(css)) {
    probe ??= document.body.appendChild(Object.assign(document.createElement("span"), { hidden: true }));
    probe.style.color = css.startsWith("--") ? `var(${css})` : css;
    known.set(css, getComputedStyle(probe).color);
  }
  return known.get(css);
}

// soft is a colour for an area.
export const soft = name => colour(`color-mix(in srgb, var(${name}) 12%, transparent)`);
