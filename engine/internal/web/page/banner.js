// How the connection is, where it isn't as it should be. While one waits, the seconds are counted down, which
// draws nothing else.

import { html, nothing, render } from "/lib/lit-html/lit-html.js";
import { icon } from "/shared/icons.js";
import { t } from "/shared/i18n.js";

const countEvery = 500; // ms

export class Banner {
  constructor(chat) {
    this.chat = chat;
    this.element = document.createElement("div");
    this.element.className = "banner-place";
  }

  update() {
    clearTimeout(this.timer);
    render(this.view(), this.element);
    if (this.chat.state.state === "waiting" && !this.chat.closed) this.timer = setTimeout(() => this.update(), countEvery);
  }

  view() {
    const { state, retryIn, reason } = this.chat.state;
    switch (state) {
      case "online": return nothing;
      case "connecting": return !this.chat.loaded ? nothing : banner("connecting", html`<span class="spinner"></span>${t("connecting")}`);
      case "waiting": return banner("waiting", html`${icon("warning")}<span>${this.waitText(retryIn)}</span>${this.retry("tryNow")}`);
    }
    return banner("stopped", html`${icon("warning")}<span>${t(`stopped_${reason}`)}</span>${this.retry("connectAgain")}`);
  }

  retry(label) {
    return html`<button type="button" class="small" data-testid="retry" @click=${() => this.chat.client.connect()}>${t(label)}</button>`;
  }

  waitText(retryIn = 0) {
    const left = Math.ceil((this.chat.since + retryIn - Date.now()) / 1000);
    return left > 0 ? t("waiting", left) : t("connecting");
  }
}

const banner = (kind, content) => html`<div class="banner ${kind}" role="status" data-testid="banner" data-state=${kind}>${content}</div>`;
