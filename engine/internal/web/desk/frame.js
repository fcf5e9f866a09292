// What stands around every page: the ways to the others, one's own status, and the connection's state.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { avatar } from "/shared/avatar.js";
import { t } from "/shared/i18n.js";
import { icon } from "./icons.js";
import { inboxView } from "./inbox.js";
import { openStatus } from "./me.js";
import { repliesView } from "./replies.js";
import { sessionsView } from "./sessions.js";
import { statsView } from "./stats.js";
import { teamView } from "./team.js";

export function frameView(app) {
  return html`<div class="desk page-${app.page} ${app.desk.current ? "has-room" : ""}">
    ${navView(app)}
    <div class="page">
      ${connectionView(app)}
      ${pageView(app)}
    </div>
  </div>`;
}

function pageView(app) {
  switch (app.page) {
    case "sessions": return app.desk.current ? html`<main class="columns alone">${app.room.view()}</main>` : sessionsView(app);
    case "team": return teamView(app);
    case "stats": return app.desk.supervises ? statsView(app) : teamView(app);
    case "replies": return repliesView(app);
  }
  return html`<main class="columns">${inboxView(app)}${app.desk.current ? app.room.view() : nothingChosen()}</main>`;
}

const nothingChosen = () => html`<section class="no-room"><div>${icon("inbox")}<h2>${t("pick")}</h2><p class="quiet">${t("pickHint")}</p></div></section>`;

function navView(app) {
  const { desk } = app;
  const pages = [["inbox", "inbox", "inbox"], ["sessions", "search", "sessions"], ["team", "group", "team"],
    desk.supervises && ["stats", "stats", "statsShort"], ["replies", "bolt", "repliesShort"]].filter(Boolean);
  const news = desk.mine.reduce((n, id) => n + desk.unreadOf(desk.sessions.get(id)), 0);
  return html`<nav class="ways" aria-label=${t("deskTitle")}>
    <img class="sign" src="/shared/favicon.svg" alt="Gannet" width="34" height="34">
    ${pages.map(([page, sign, label]) => html`
      <a href="#${page}" class="way" aria-current=${app.page === page ? "page" : nothing} data-testid="go-${page}">
        <span>${icon(sign)}${page === "inbox" && news ? html`<b class="badge" aria-label=${t("unreadCount", news)}>${news}</b>` : nothing}</span>
        <small>${t(label)}</small></a>`)}
    <button type="button" class="way me" data-testid="me" aria-haspopup="dialog" aria-label=${`${t("myStatus")}: ${statusText(desk.me)}`} @click=${() => openStatus(app)}>
      <span>${person(desk.me)}</span><small>${statusText(desk.me)}</small></button>
  </nav>`;
}

export const statusText = a => t(`status${a.status[0].toUpperCase()}${a.status.slice(1)}`);

// person is an agent's picture with their status: away is who would work and isn't connected.
export function person(a, size = "") {
  const status = a.status === "online" && !a.connected ? "away" : a.status;
  const said = status === "away" ? t("away") : statusText(a);
  return html`<span class="person">${avatar(a.user_id, { name: a.name || a.user_id, size })}<i class="dot ${status}" role="img" aria-label=${said} title=${said}></i></span>`;
}

function connectionView({ state, client }) {
  if (state.state === "online") return nothing;
  const word = { connecting: "connConnecting", waiting: "connWaiting" }[state.state] ?? (state.reason === "replaced" ? "connReplaced" : "connStopped");
  return html`<div class="connection ${state.state}" role="status" data-testid="connection">${state.state === "connecting" ? html`<span class="spinner"></span>` : icon("warning")}
    <span>${t(word)}</span>${state.state === "connecting" ? nothing : html`<button type="button" class="small" @click=${() => client.connect()}>${t("tryAgain")}</button>`}</div>`;
}
