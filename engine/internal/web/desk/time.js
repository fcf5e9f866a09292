// Spans of time, as short as they can be said.

import { t } from "/shared/i18n.js";

// span says a number of seconds: 45 s, 12 min, 3 h, 5 d.
export function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return t("seconds", s);
  if (s < 3600) return t("minutes", Math.floor(s / 60));
  if (s < 86400) return t("hours", Math.floor(s / 3600));
  return t("days", Math.floor(s / 86400));
}

// exact says one of the figures: 8.2 s, 1:30 min, 2:05 h.
export function exact(seconds) {
  if (seconds < 60) return t("seconds", seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds));
  const whole = Math.round(seconds);
  const two = n => String(n).padStart(2, "0");
  if (whole < 3600) return t("minutes", `${Math.floor(whole / 60)}:${two(whole % 60)}`);
  return t("hours", `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}`);
}

// since is how long ago a time was, in seconds.
export const since = time => (Date.now() - time) / 1000;
