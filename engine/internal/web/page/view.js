// What all drawing shares. Only textContent is ever set, so nothing a user wrote can become markup.

import { locale, text } from "./text.js";

export const byId = id => document.getElementById(id);

export function element(tag, className, content) {
  const el = document.createElement(tag);
  if (className) el.className = className;
  if (content !== undefined) el.textContent = content;
  return el;
}

const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const date = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric" });

export function when(time) {
  const at = new Date(time);
  return at.toDateString() === new Date().toDateString() ? clock.format(at) : `${date.format(at)} ${clock.format(at)}`;
}

// colour gives each name a colour of its own.
export function colour(el, name) {
  let hue = 0;
  for (const c of name) hue = (hue * 31 + c.codePointAt(0)) % 360;
  el.style.setProperty("--hue", hue);
  return el;
}

// shown is the text of a message as timeline gives it.
export function shown(m) {
  if (m.recalled) return typeof m.content === "string" ? m.content : text.recalled;
  if (m.expired) return text.expired;
  return typeof m.content === "string" ? m.content : JSON.stringify(m.content);
}
