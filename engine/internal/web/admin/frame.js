// The frame of the page: the bar at the top, warnings, the login.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { has, t } from "/shared/i18n.js";
import { icon } from "/shared/icons.js";
import { switches } from "/shared/switches.js";
import { format, span } from "./format.js";

// bar shows the state of the feed and what is drawn; choose and pause change that.
export function bar({ feed, windows, chosen, paused, choose, pause }) {
  const now = feed.now;
  return html`<header class="bar">
    <img src="/shared/favicon.svg" alt="" width="32" height="32">
    <div class="name"><h1>Gannet</h1>
      <span class="quiet small">${now ? t("up", span((now.time - now.started_at) / 1_000)) : nothing}</span></div>
    <span class="state ${paused ? "paused" : feed.state}" role="status" data-testid="state"><i></i>${t(`state_${paused ? "paused" : feed.state}`)}</span>
    <div class="grow"></div>
    <div class="windows" role="radiogroup" aria-label=${t("window")}>${windows.map(minutes => html`<button type="button" role="radio"
      aria-checked=${minutes === chosen} data-testid=${`window-${minutes}`} @click=${() => choose(minutes)}>${t("minutes", minutes)}</button>`)}</div>
    <button type="button" class="pause" data-testid="pause" aria-pressed=${paused} @click=${pause}>${t(paused ? "resume" : "pause")}</button>
    ${switches()}
  </header>`;
}

// warnings says what to look at, the gravest first as the server has them.
export function warnings(list) {
  return list.length === 0 ? nothing : html`<ul class="warnings" aria-label=${t("warnings")}>${list.map(w => html`<li data-testid=${`warning-${w.reason}`}
    class=${grave.has(w.reason) ? "grave" : ""}>${icon("warning")}<div><b>${text(`warn_${w.reason}`, w.reason)}</b>
      <span class="quiet">${w.count > 1 ? t("times", format(w.count, "count")) : nothing} ${text(`advice_${w.reason}`, "")}</span></div></li>`)}</ul>`;
}

const grave = new Set(["log_stalled", "storage_full", "corruption", "background_errors"]);

const text = (key, otherwise) => has(key) ? t(key) : otherwise;

// login asks for the operator's token, or says why none is of use.
export function login({ feed, onLogin }) {
  const submit = e => {
    e.preventDefault();
    onLogin(new FormData(e.target).get("token").trim());
  };
  return html`<main class="login">
    ${feed.state === "forbidden" ? html`<section class="card" role="alert"><img src="/shared/favicon.svg" alt="" width="64" height="64">
        <h1>Gannet</h1><p>${t("forbidden")}</p><p class="quiet small">${t("forbiddenHint")}</p></section>`
    : html`<form class="card" autocomplete="off" @submit=${submit}><img src="/shared/favicon.svg" alt="" width="64" height="64">
        <h1>Gannet</h1><p class="quiet">${t("tagline")}</p>
        <label class="field"><span>${t("token")}</span><input name="token" type="password" required autofocus autocomplete="off" data-testid="token"></label>
        ${feed.refused ? html`<p class="error" role="alert">${t("badToken")}</p>` : nothing}
        <button class="primary wide" data-testid="login">${t("logIn")}</button>
        <p class="quiet small">${t("operatorHint")}</p></form>`}
    ${switches()}
  </main>`;
}
