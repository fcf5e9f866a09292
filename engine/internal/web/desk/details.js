// What is known of a visitor and a session, its tags, the visitor's former sessions, and the transcript.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { avatar } from "/shared/avatar.js";
import { t } from "/shared/i18n.js";
import { linkify, moment, shortTime } from "/shared/text.js";
import { icon } from "./icons.js";
import { reasonWord, stateWord, visitorName } from "./inbox.js";
import { tagText } from "./tags.js";
import { exact } from "./time.js";
import { download } from "./transcript.js";

const mostFormer = 20;

export function detailsView(app, room, view) {
  const s = room.session;
  return html`<aside class="details" aria-label=${t("details")} data-testid="details-pane">
    <button type="button" class="icon-button shut" aria-label=${t("close")} @click=${() => view.toggleDetails()}>${icon("close")}</button>
    ${visitorView(s, view)}
    ${attributesView(s.attributes)}
    ${sessionView(app.desk, s)}
    ${s.tags || room.mayServe ? tagsView(app, room, s) : nothing}
    ${formerView(app, room)}
    <section><h3>${t("transcript")}</h3><div class="row-of">
      <button type="button" class="small" data-testid="transcript-text" @click=${() => app.attempt(() => download(app, s, "text"))}>${icon("download")}${t("asText")}</button>
      <button type="button" class="small" @click=${() => app.attempt(() => download(app, s, "json"))}>${icon("download")}${t("asJSON")}</button>
    </div></section>
  </aside>`;
}

function visitorView(s, view) {
  const anonymous = s.visitor_id.startsWith("visitor_");
  return html`<section class="who-is">
    ${avatar(s.visitor_id, { name: visitorName(s), size: "large" })}
    <h2>${visitorName(s)}</h2>
    <span class="tag ${anonymous ? "plain" : ""}">${t(anonymous ? "anonymous" : "identifiedUser")}</span>
    <button type="button" class="link quiet" title=${t("copyID")} @click=${() => view.copyID(s.visitor_id)}><code>${s.visitor_id}</code>${icon("copy")}</button>
  </section>`;
}

// The widget's own attributes; a site may add others.
const aboutWords = new Map([["page", "aboutPage"], ["title", "aboutTitle"], ["language", "aboutLanguage"]]);

// What the site says of the visitor. It is text of others: addresses are links, nothing else.
function attributesView(attributes) {
  const rows = Object.entries(attributes ?? {}).filter(([, value]) => value !== "" && value !== null);
  if (rows.length === 0) return nothing;
  return html`<section><h3>${t("aboutVisitor")}</h3>${table(rows.map(([key, value]) => [aboutWords.has(key) ? t(aboutWords.get(key)) : key, linkify(typeof value === "string" ? value : JSON.stringify(value))]))}</section>`;
}

const table = rows => html`<dl class="facts">${rows.map(([key, value]) => html`<dt>${key}</dt><dd>${value}</dd>`)}</dl>`;

function sessionView(desk, s) {
  const rows = [
    [t("state"), s.reason ? t(reasonWord(s.reason)) : t(stateWord(s))],
    s.subject && [t("subject"), s.subject],
    s.agent_id && !s.gone && [t("inCharge"), desk.nameOf(s.agent_id)],
    s.skill && [t("skill"), desk.skillName(s.skill)],
    [t("created"), moment(s.created_at)],
    s.assigned_at && [t("wait"), exact((s.assigned_at - s.created_at) / 1000)],
    s.first_reply_at && [t("firstReply"), exact((s.first_reply_at - s.created_at) / 1000)],
    s.closed_at && [t("closedAt"), moment(s.closed_at)],
    s.rating && [t("rating"), html`<span class="stars" role="img" aria-label=${t("stars", s.rating)}>${"★".repeat(s.rating)}<i>${"★".repeat(5 - s.rating)}</i></span>${s.comment ? html`<q>${s.comment}</q>` : nothing}`],
    s.reassigned && [t("reassigned"), s.reassigned],
    s.watchers?.length && [t("watchers"), s.watchers.map(id => desk.nameOf(id)).join(", ")],
  ].filter(Boolean);
  return html`<section><h3>${t("aboutSession")}</h3>${table(rows)}</section>`;
}

function tagsView(app, room, s) {
  const tags = s.tags ?? [];
  const put = async next => {
    const session = await app.attempt(() => app.client.http("PUT", `/desk/sessions/${s.session_id}/tags`, { tags: next }));
    if (session) app.desk.take(session);
  };
  const add = e => {
    e.preventDefault();
    const tag = new FormData(e.target).get("tag").trim();
    e.target.reset();
    if (tag && !tags.includes(tag)) put([...tags, tag]);
  };
  return html`<section><h3>${t("tags")}</h3><div class="chips">${tags.map(tag => html`
      <span class="chip" data-testid="tag">${tagText(tag)}${room.mayServe ? html`<button type="button" class="link" aria-label=${t("removeTag", tagText(tag))} @click=${() => put(tags.filter(other => other !== tag))}>${icon("close")}</button>` : nothing}</span>`)}</div>
    ${room.mayServe ? html`<form @submit=${add}><input name="tag" maxlength="64" placeholder=${t("addTag")} aria-label=${t("addTag")} data-testid="add-tag" autocomplete="off"></form>` : nothing}</section>`;
}

// loadFormer asks for the visitor's other sessions: agents see those that were theirs.
export async function loadFormer(desk, room) {
  const s = room.session;
  if (!s) return;
  const query = { visitor: s.visitor_id, limit: mostFormer, ...(!desk.supervises && { agent: "me" }) };
  try {
    const { sessions } = await desk.get("/desk/sessions", query);
    room.former = sessions.filter(other => other.session_id !== s.session_id);
  } catch {
    room.former = [];
  }
  desk.on.changed();
}

function formerView(app, room) {
  if (!room.former) return nothing;
  return html`<section><h3>${t("former")}</h3>${room.former.length === 0 ? html`<p class="quiet small">${t("noFormer")}</p>` : html`<ul class="former" data-testid="former">${room.former.map(s => html`
    <li><a href="#sessions/${s.session_id}"><span class="grow ellipsis">${s.subject || t(stateWord(s))}</span>${s.rating ? html`<span class="stars">${s.rating}★</span>` : nothing}<small class="quiet">${shortTime(s.created_at)}</small></a></li>`)}</ul>`}</section>`;
}
