// Light or dark: as the system has it, unless somebody chose. The colours are in theme.css.

export const themes = ["system", "light", "dark"];

const listeners = new Set();
let chosen = read();
show();

export const theme = () => chosen;

export function setTheme(name) {
  chosen = name;
  try { localStorage.setItem("gannet.theme", name); } catch { /* chosen for this page only */ }
  show();
  for (const listener of listeners) listener(name);
}

// onTheme calls listener after each choice, and when the system changes its mind.
export function onTheme(listener) { listeners.add(listener); }

// isDark tells what is shown, for who draws with colours of their own.
export function isDark() {
  return chosen === "dark" || (chosen === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const listener of listeners) listener(chosen);
});

function show() {
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

function read() {
  try {
    const name = localStorage.getItem("gannet.theme");
    return themes.includes(name) ? name : "system";
  } catch { return "system"; }
}
