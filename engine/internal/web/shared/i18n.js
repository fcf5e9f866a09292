// The languages of a page. t gives a text by its key in the language that is chosen; what a text
// needs to be complete is passed on to it.

import { chinese, english } from "./texts.js";

export const languages = { en: "English", zh: "中文" };

const texts = { en: { ...english }, zh: { ...chinese } };
const listeners = new Set();
let chosen = new URLSearchParams(location.search).get("lang") ?? read() ?? navigator.language ?? "";
chosen = chosen.toLowerCase().startsWith("zh") ? "zh" : "en";
document.documentElement.lang = locale();

// addTexts adds a page's own texts to the shared ones.
export function addTexts(english, chinese) {
  Object.assign(texts.en, english);
  Object.assign(texts.zh, chinese);
}

export function t(key, ...args) {
  const text = texts[chosen][key];
  if (text === undefined) console.error(`no text ${key} in ${chosen}`);
  return typeof text === "function" ? text(...args) : text ?? key;
}

// has tells whether there is a text, for keys that come from elsewhere.
export const has = key => Object.hasOwn(texts[chosen], key);

export const language = () => chosen;

// locale names the language to the functions of Intl.
export function locale() { return chosen === "zh" ? "zh-CN" : "en"; }

export function setLanguage(name) {
  chosen = name;
  document.documentElement.lang = locale();
  try { localStorage.setItem("gannet.language", name); } catch { /* chosen for this page only */ }
  for (const listener of listeners) listener(name);
}

// onLanguage calls listener after each change.
export function onLanguage(listener) { listeners.add(listener); }

function read() {
  try { return localStorage.getItem("gannet.language"); } catch { return null; }
}
