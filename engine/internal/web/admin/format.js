// Numbers as people read them.

import { locale, t } from "/shared/i18n.js";

const none = "–";

// scaled writes a number with the largest of the units that leaves at least 1 of it.
function scaled(v, steps) {
  const [size, unit] = steps.find(([size]) => Math.abs(v) >= size) ?? steps.at(-1);
  const n = v / size;
  const digits = unit === "" && Number.isInteger(n) ? 0 : Math.abs(n) >= 99.95 ? 0 : Math.abs(n) >= 9.995 ? 1 : 2;
  return `${Number(n.toFixed(digits)).toLocaleString(locale())}${unit ? `\u202f${unit}` : ""}`;
}

const thousands = [[1e9, "G"], [1e6, "M"], [1e3, "k"]];
const bytes = [[2 ** 50, "PiB"], [2 ** 40, "TiB"], [2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"], [1, "B"]];
const times = [[1, "s"], [1e-3, "ms"], [1e-6, "µs"]];

// count writes up to 9,999 in full.
const count = v => scaled(v, Math.abs(v) >= 1e4 ? thousands : [[1, ""]]);

export const units = {
  count,
  rate: v => `${count(v)}/s`,
  bytes: v => scaled(v, bytes),
  byteRate: v => `${scaled(v, bytes)}/s`,
  seconds: v => v === 0 ? "0" : scaled(v, times),
  cores: count,
};

// format writes a value in a unit; null and undefined as a dash.
export const format = (v, unit) => v === null || v === undefined || Number.isNaN(v) ? none : units[unit](v);

// clock is a time of day; seconds since 1970.
export function clock(time, seconds) {
  return new Date(time * 1_000).toLocaleTimeString(locale(),
    { hour: "2-digit", minute: "2-digit", second: seconds ? "2-digit" : undefined, hourCycle: "h23" });
}

// span is a duration in seconds, in its two largest units.
export function span(seconds) {
  const units = [[86_400, t("unit_d")], [3_600, t("unit_h")], [60, t("unit_min")], [1, t("unit_s")]];
  const first = Math.max(0, units.findIndex(([size]) => seconds >= size));
  const parts = [];
  for (const [size, unit] of units.slice(first, first + 2)) {
    parts.push(`${Math.floor(seconds / size)}\u202f${unit}`);
    seconds %= size;
  }
  return seconds < 0 ? none : parts.join(" ");
}
