// How the connection is, where it isn't as it should be.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { icon } from "/shared/icons.js";
import { t } from "/shared/i18n.js";

export function bannerView(chat) {
  const { state, retryIn, reason } = chat.state;
  switch (state) {
    case "online": return nothing;
    case "connecting": return !chat.loaded ? nothing : banner("connecting", html`<span class="spinner"></span>${t("connecting")}`);
    case "waiting": return banner("waiting", html`${icon("warning")}<span>${waitText(chat, retryIn)}</span>${retry(chat, "tryNow")}`);
  }
  return banner("stopped", html`${icon("warning")}<span>${t(`stopped_${reason}`)}</span>${retry(chat, "connectAgain")}`);
}

const banner = (kind, content) => html`<div class="banner ${kind}" role="status" data-testid="banner" data-state=${kind}>${content}</div>`;

const retry = (chat, label) => html`<button type="button" class="small" data-testid="retry" @click=${() => chat.client.connect()}>${t(label)}</button>`;

// The seconds are counted down: while one waits the page is drawn anew by itself.
function waitText(chat, retryIn = 0) {
  const left = Math.ceil((chat.since + retryIn - Date.now()) / 1000);
  chat.tick ??= setTimeout(() => { chat.tick = undefined; chat.changed(); }, 500);
  return left > 0 ? t("waiting", left) : t("connecting");
}
