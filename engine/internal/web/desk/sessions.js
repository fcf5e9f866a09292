// Searching in all sessions that one may see.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { avatar } from "/shared/avatar.js";
import { t } from "/shared/i18n.js";
import { shortTime } from "/shared/text.js";
import { icon } from "./icons.js";
import { reasonWord, stateWord, visitorName } from "./inbox.js";
import { tagText } from "./tags.js";

const pageSize = 50;
const day = 86_400_000;
const search = { form: {}, found: undefined, next: undefined, busy: false };

export function sessionsView(app) {
  if (!search.found && !search.busy) run(app);
  return html`<main class="plain-page" data-testid="sessions-page">
    <header><h1>${t("sessions")}</h1></header>
    ${formView(app)}
    ${search.found?.length === 0 && !search.busy ? html`<p class="empty">${t("nothingFound")}</p>` : resultsView(app)}
    ${search.busy ? html`<p class="empty"><span class="spinner" role="status" aria-label=${t("loading")}></span></p>` : nothing}
    ${search.next && !search.busy ? html`<button type="button" class="more-button" @click=${() => run(app, search.next)}>${t("showMore")}</button>` : nothing}
  </main>`;
}

function formView(app) {
  const { desk } = app;
  const states = ["queued", "assigned", "active", "offline", "closed"];
  const submit = e => {
    e.preventDefault();
    search.form = Object.fromEntries(new FormData(e.target.closest("form")));
    run(app);
  };
  const select = (name, label, any, options) => html`<label class="field"><span>${t(label)}</span><select name=${name} @change=${submit}>
    <option value="">${any}</option>${options.map(([value, text]) => html`<option value=${value} ?selected=${search.form[name] === String(value)}>${text}</option>`)}</select></label>`;
  return html`<form class="filters" @submit=${submit}>
    ${select("state", "state", t("anyState"), [["queued,assigned,active,offline", t("openOnes")], ...states.map(s => [s, t(stateWord({ state: s }))])])}
    ${desk.supervises ? select("agent", "agent", t("anyAgent"), desk.agents.map(a => [a.user_id, a.name || a.user_id])) : nothing}
    ${desk.skills.length ? select("skill", "skill", t("anySkill"), desk.skills.map(s => [s.skill_id, s.name || s.skill_id])) : nothing}
    ${select("rating", "rating", t("anyRating"), [5, 4, 3, 2, 1].map(n => [n, "★".repeat(n)]))}
    <label class="field"><span>${t("tags")}</span><input name="tag" maxlength="64" .value=${search.form.tag ?? ""} placeholder=${t("anyTag")} autocomplete="off"></label>
    <label class="field"><span>${t("visitor")}</span><input name="visitor" maxlength="64" .value=${search.form.visitor ?? ""} placeholder=${t("visitorID")} autocomplete="off" spellcheck="false"></label>
    <label class="field"><span>${t("from")}</span><input name="from" type="date" .value=${search.form.from ?? ""} @change=${submit}></label>
    <label class="field"><span>${t("until")}</span><input name="to" type="date" .value=${search.form.to ?? ""} @change=${submit}></label>
    <button class="primary" data-testid="find">${icon("search")}${t("find")}</button>
  </form>`;
}

function queryOf(form) {
  const query = Object.fromEntries(Object.entries(form).filter(([, value]) => value.trim() !== "").map(([key, value]) => [key, value.trim()]));
  if (query.from) query.from = new Date(`${query.from}T00:00`).getTime();
  if (query.to) query.to = new Date(`${query.to}T00:00`).getTime() + day; // the day is in it
  return query;
}

async function run(app, after) {
  search.busy = true;
  if (!after) search.found = undefined;
  app.draw();
  const page = await app.attempt(() => app.desk.get("/desk/sessions", { ...scope(app.desk, queryOf(search.form)), limit: pageSize, after }));
  search.busy = false;
  search.found = [...(after ? search.found ?? [] : []), ...(page?.sessions ?? [])];
  search.next = page?.next;
  app.draw();
}

// An agent finds their own; those that nobody has are found by their states alone.
function scope(desk, query) {
  if (desk.supervises || ["queued", "offline"].includes(query.state)) return query;
  return { ...query, agent: "me" };
}

// searchAgain forgets what was found, so that the next look is a fresh one.
export function searchAgain() { Object.assign(search, { form: {}, found: undefined, next: undefined }); }

function resultsView(app) {
  const { desk } = app;
  if (!search.found) return nothing;
  return html`<div class="table-wrap"><table class="found">
    <thead><tr><th>${t("visitor")}</th><th>${t("subject")}</th><th>${t("state")}</th><th>${t("withWhom")}</th><th>${t("rating")}</th><th>${t("when")}</th></tr></thead>
    <tbody>${search.found.map(s => html`<tr data-testid="found" @click=${() => app.go("sessions", s.session_id)}>
      <td><a href="#sessions/${s.session_id}">${avatar(s.visitor_id, { name: visitorName(s), size: "small" })}<b class="ellipsis">${visitorName(s)}</b></a></td>
      <td><span class="ellipsis">${s.subject || "–"}</span>${(s.tags ?? []).map(tag => html`<span class="tag">${tagText(tag)}</span>`)}</td>
      <td><span class="state ${s.state}">${t(stateWord(s))}</span>${s.reason && s.reason !== "agent" ? html`<small class="quiet">${t(reasonWord(s.reason))}</small>` : nothing}</td>
      <td>${s.agent_id ? desk.nameOf(s.agent_id) : html`<span class="quiet">${t("noOne")}</span>`}</td>
      <td class="stars">${s.rating ? "★".repeat(s.rating) : nothing}</td>
      <td class="when">${shortTime(s.created_at)}</td></tr>`)}</tbody>
  </table></div>`;
}
