// A row of tabs, as in dialogs.

import { html, nothing } from "/lib/lit-html/lit-html.js";

// tabsView takes tabs as { name, label, count }.
export function tabsView(tabs, chosen, choose) {
  const key = e => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!step) return;
    const at = (tabs.findIndex(tab => tab.name === chosen) + step + tabs.length) % tabs.length;
    choose(tabs[at].name);
    e.currentTarget.children[at].focus();
  };
  return html`<div class="tabs" role="tablist" @keydown=${key}>${tabs.map(({ name, label, count }) => html`
    <button type="button" role="tab" data-testid=${`tab-${name}`} aria-selected=${name === chosen} tabindex=${name === chosen ? 0 : -1}
      @click=${() => choose(name)}>${label}${count ? html`<span class="badge">${count}</span>` : nothing}</button>`)}</div>`;
}
