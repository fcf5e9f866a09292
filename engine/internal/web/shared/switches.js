// The choice of language and of light or dark, as items of a menu and as two small buttons.

import { html } from "/lib/lit-html/lit-html.js";
import { icon } from "./icons.js";
import { language, languages, setLanguage, t } from "./i18n.js";
import { setTheme, theme, themes } from "./theme.js";

const icons = { system: "system", light: "sun", dark: "moon" };

export const themeItems = () => themes.map(name =>
  ({ key: `theme-${name}`, label: t(`theme_${name}`), icon: icons[name], checked: theme() === name, run: () => setTheme(name) }));

export const languageItems = () => Object.entries(languages).map(([name, label]) =>
  ({ key: `language-${name}`, label, checked: language() === name, run: () => setLanguage(name) }));

// switches are for a page's corner. The page draws itself anew by onLanguage and onTheme.
export function switches() {
  const next = themes[(themes.indexOf(theme()) + 1) % themes.length];
  const other = language() === "zh" ? "en" : "zh";
  return html`<div class="switches">
    <button type="button" class="icon-button" data-testid="theme" aria-label=${t("theme")} title=${`${t("theme")}: ${t(`theme_${theme()}`)}`}
      @click=${() => setTheme(next)}>${icon(icons[theme()])}</button>
    <button type="button" class="ghost" data-testid="language" lang=${other} @click=${() => setLanguage(other)}>${languages[other]}</button>
  </div>`;
}
