// Text for people: links, times, and what stands for a picture of a user.

import { html } from "/lib/lit-html/lit-html.js";
import { locale, t } from "./i18n.js";

// An address ends where a sentence does, and at characters that nobody sees: they could turn around what is read.
const address = /\bhttps?:\/\/[^\s<>"'`\p{Script=Han}\p{Cc}\p{Cf}。，、！？；：）】》」』]+/giu;
const longestAddress = 2_048; // characters; what is longer stays text
const day = 86_400_000;

// linkify gives a text as parts of a template, its addresses as links. Nothing is loaded from them.
// mentions are words, such as @bob, that are set off.
export function linkify(text, mentions = []) {
  const mark = marker(mentions);
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(address)) {
    const url = withoutTail(match[0]);
    if (url.length > longestAddress) continue;
    parts.push(...mark(text.slice(from, match.index)), link(url));
    from = match.index + url.length;
  }
  parts.push(...mark(text.slice(from)));
  return parts;
}

export function link(url, label = url) {
  return html`<a href=${url} dir="auto" target="_blank" rel="noopener noreferrer nofollow">${label}</a>`;
}

// isLink tells whether an address may stand in a link: no javascript:, data: or the like, and nothing that
// can't be seen.
export function isLink(text) {
  if (typeof text !== "string" || text.length > longestAddress || /[\p{Cc}\p{Cf}]/u.test(text)) return false;
  try { return ["http:", "https:"].includes(new URL(text).protocol); } catch { return false; }
}

// The full stop after an address is no part of it, nor is a bracket that wasn't opened in it. Texts come
// from anybody: each character is looked at once.
function withoutTail(url) {
  let open = 0, end = url.length;
  for (const c of url) open += c === "(" ? 1 : c === ")" ? -1 : 0;
  for (; end > 0; end--) {
    const last = url[end - 1];
    if (last === ")" && open < 0) open++;
    else if (!".,;:!?".includes(last)) break;
  }
  return url.slice(0, end);
}

// marker gives a function that sets off words in a text.
function marker(mentions) {
  if (mentions.length === 0) return text => [text];
  const words = mentions.toSorted((a, b) => b.length - a.length).map(word => word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  const any = new RegExp(`(${words.join("|")})`);
  return text => text.split(any).map((part, i) => i % 2 ? html`<b class="mention">${part}</b>` : part);
}

const formats = new Map(); // language and options → how to write it: made once, for that takes long

function format(time, options) {
  const key = locale() + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale(), options));
  const date = new Date(time);
  return isNaN(date) ? "" : formats.get(key).format(date);
}

export const startOfDay = time => new Date(time).setHours(0, 0, 0, 0);
const daysAgo = time => Math.round((startOfDay(Date.now()) - startOfDay(time)) / day);
const thisYear = time => new Date(time).getFullYear() === new Date().getFullYear();

// clock is the time of a day: 14:05.
export const clock = time => format(time, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

// moment is a point in time in full.
export const moment = time => format(time, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });

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
