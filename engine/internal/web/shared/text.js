// Text for people: links, times, and what stands for a picture of a user.

import { html } from "/lib/lit-html/lit-html.js";
import { locale, t } from "./i18n.js";

const address = /\bhttps?:\/\/[^\s<>"'`\p{Script=Han}。，、！？；：）】》」』]+/giu;
const day = 86_400_000;

// linkify gives a text as parts of a template, its addresses as links. Nothing is loaded from them.
// mentions are words, such as @bob, that are set off.
export function linkify(text, mentions = []) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(address)) {
    const url = withoutTail(match[0]);
    parts.push(...marked(text.slice(from, match.index), mentions), link(url));
    from = match.index + url.length;
  }
  parts.push(...marked(text.slice(from), mentions));
  return parts;
}

export function link(url, label = url) {
  return html`<a href=${url} target="_blank" rel="noopener noreferrer nofollow">${label}</a>`;
}

// isLink tells whether an address may stand in a link: no javascript:, data: or the like.
export function isLink(text) {
  if (typeof text !== "string") return false;
  try { return ["http:", "https:"].includes(new URL(text).protocol); } catch { return false; }
}

// The full stop after an address is no part of it, nor is a bracket that wasn't opened in it.
function withoutTail(url) {
  let text = url.replace(/[.,;:!?]+$/, "");
  while (text.endsWith(")") && text.split(")").length > text.split("(").length) text = text.slice(0, -1);
  return text;
}

function marked(text, mentions) {
  if (mentions.length === 0) return [text];
  const words = mentions.toSorted((a, b) => b.length - a.length).map(word => RegExp.escape?.(word) ?? word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return text.split(new RegExp(`(${words.join("|")})`)).map((part, i) => i % 2 ? html`<b class="mention">${part}</b>` : part);
}

const format = (time, options) => new Date(time).toLocaleString(locale(), options);
export const startOfDay = time => new Date(time).setHours(0, 0, 0, 0);
const daysAgo = time => Math.round((startOfDay(Date.now()) - startOfDay(time)) / day);
const thisYear = time => new Date(time).getFullYear() === new Date().getFullYear();

// clock is the time of a day: 14:05.
export const clock = time => format(time, { hour: "2-digit", minute: "2-digit", hour12: false });

// moment is a point in time in full.
export const moment = time => format(time, { dateStyle: "medium", timeStyle: "short", hour12: false });

export const sameDay = (a, b) => startOfDay(a) === startOfDay(b);

// dayName is for the line between two days.
export function dayName(time) {
  const ago = daysAgo(time);
  if (ago === 0) return t("today");
  if (ago === 1) return t("yesterday");
  if (ago > 1 && ago < 7) return format(time, { weekday: "long" });
  return format(time, { month: "long", day: "numeric", ...(thisYear(time) ? {} : { year: "numeric" }) });
}

// shortTime is for lists: the time today, the day before that.
export function shortTime(time) {
  const ago = daysAgo(time);
  if (ago === 0) return clock(time);
  if (ago === 1) return t("yesterday");
  if (ago > 1 && ago < 7) return format(time, { weekday: "short" });
  return format(time, thisYear(time) ? { month: "short", day: "numeric" } : { year: "numeric", month: "numeric", day: "numeric" });
}

// duration is a number of seconds: 4:05, 1:02:03.
export function duration(seconds) {
  const [h, m, s] = [seconds / 3600, seconds / 60 % 60, seconds % 60].map(n => String(Math.floor(n)).padStart(2, "0"));
  return h > 0 ? `${Number(h)}:${m}:${s}` : `${Number(m)}:${s}`;
}

export const initials = name => {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  if (words.length === 0) return "?";
  if (/\p{Script=Han}/u.test(words[0])) return [...words[0]].slice(-2).join("");
  return (words.length > 1 ? [...words[0]][0] + [...words[1]][0] : [...words[0]].slice(0, 2).join("")).toUpperCase();
};

// hue is one of twelve colours, always the same for an id.
export function hue(id) {
  let sum = 0x811c9dc5; // FNV-1a
  for (const c of id) sum = Math.imul(sum ^ c.codePointAt(0), 0x01000193);
  return ((sum ^ sum >>> 15) >>> 0) % 12;
}
