// The list: one's own sessions, who waits, who has left a message, and for supervisors the sessions of others.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { repeat } from "/lib/lit-html/directives/repeat.js";
import { avatar } from "/shared/avatar.js";
import { t } from "/shared/i18n.js";
import { turnSince, waitedOf } from "./desk.js";
import { icon } from "./icons.js";
import { setStatus } from "./me.js";
import { since, span } from "./time.js";

const shownAtMost = 500; // of those who wait the server shows no more
const lateAfter = 60; // seconds after which a turn is set off

export function inboxView(app) {
  const { desk } = app;
  const waits = desk.queue.map(id => desk.sessions.get(id)).filter(s => s.state === "queued");
  const left = desk.offline.map(id => desk.sessions.get(id)).filter(s => s.state === "offline");
  const oldest = Math.max(0, ...waits.map(waitedOf));
  return html`<section class="list" aria-label=${t("inbox")}>
    ${part(app, { name: "mine", ids: desk.mine, line: mineLine, empty: noneOfMine(app) })}
    ${part(app, { name: "waiting", ids: waits.map(s => s.session_id), count: waits.length < shownAtMost ? waits.length : desk.waiting, line: waitingLine, hint: waits.length ? t("oldest", span(oldest)) : "",
      empty: html`<p class="quiet small">${t("noWaiting")}</p>` })}
    ${left.length ? part(app, { name: "leftMessages", ids: left.map(s => s.session_id), line: messageLine }) : nothing}
    ${desk.supervises && desk.others.length ? part(app, { name: "others", ids: desk.others, line: otherLine }) : nothing}
  </section>`;
}

function part(app, { name, ids, count = ids.length, line, hint, empty = nothing }) {
  return html`<div class="part" data-testid="part-${name}">
    <h2>${t(name)}${count ? html`<span class="badge ${name === "waiting" ? "" : "muted"}">${count}</span>` : nothing}<small>${hint ?? nothing}</small></h2>
    ${ids.length === 0 ? empty : html`<ul>${repeat(ids, id => id, id => itemView(app, app.desk.sessions.get(id), line))}</ul>`}
  </div>`;
}

const noneOfMine = app => app.desk.me.status === "online" ? html`<p class="quiet small">${t("noMine")}</p>`
  : html`<p class="quiet small">${t("noMineOffline")}</p><button type="button" class="small" data-testid="go-online" @click=${() => setStatus(app, "online")}>${t("goOnline")}</button>`;

function itemView(app, s, line) {
  const { desk } = app;
  const unread = desk.unreadOf(s);
  const name = visitorName(s);
  return html`<li class="item ${desk.current === s.session_id ? "current" : ""} ${unread ? "unread" : ""}" data-testid="item" data-session=${s.session_id}>
    <a href="#inbox/${s.session_id}" aria-current=${desk.current === s.session_id ? "true" : nothing}>
      ${avatar(s.visitor_id, { name })}
      <span class="what"><span class="name"><b class="ellipsis">${name}</b>${s.priority ? html`<span class="tag" title=${t("priority", s.priority)}>${s.priority > 0 ? "↑" : "↓"}${Math.abs(s.priority)}</span>` : nothing}${s.skill ? html`<span class="tag ellipsis">${desk.skillName(s.skill)}</span>` : nothing}</span>
        <span class="subject ellipsis">${s.subject || t(stateWord(s))}</span>
        <span class="turn">${line(app, s)}</span></span>
      ${unread ? html`<b class="badge" aria-label=${t("unreadCount", unread)}>${unread}</b>` : nothing}
    </a>
    ${["queued", "offline"].includes(s.state) ? html`<button type="button" class="small claim" data-testid="claim" @click=${() => app.room.claim(s.session_id)}>${t("claim")}</button>` : nothing}
  </li>`;
}

// turn says who is expected to speak, and for how long.
function mineLine(_, s) {
  const seconds = since(turnSince(s));
  if (s.turn !== "agent") return html`<span>${t("theirTurn", span(seconds))}</span>`;
  return html`<span class=${seconds > lateAfter ? "late" : "due"} data-testid="turn">${icon("clock")}${t("yourTurn", span(seconds))}</span>`;
}

const waitingLine = (_, s) => html`<span class=${waitedOf(s) > lateAfter ? "late" : ""}>${icon("clock")}${t("waitingSince", span(waitedOf(s)))}</span>`;
const messageLine = (_, s) => html`<span>${icon("mail")}${span(since(s.spoken_at || s.created_at))}</span>`;
const otherLine = ({ desk }, s) => html`<span>${desk.nameOf(s.agent_id)} · ${s.turn === "agent" ? t("agentTurn", span(since(turnSince(s)))) : t("theirTurn", span(since(turnSince(s))))}</span>`;

// visitorName: who gave no name is told apart by the end of the id.
export const visitorName = s => s.visitor_name || (s.visitor_id.startsWith("visitor_") ? `${t("visitor")} ${s.visitor_id.slice(-4)}` : s.visitor_id);

export const stateWord = s => s.gone ? "stateGone" : `state${s.state[0].toUpperCase()}${s.state.slice(1)}`;
export const reasonWord = reason => `reason${reason[0].toUpperCase()}${reason.slice(1)}`;
