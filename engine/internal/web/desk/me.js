// One's own status, name, number of sessions and groups, and the settings of the page.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { openDialog } from "/shared/dialog.js";
import { t } from "/shared/i18n.js";
import { switches } from "/shared/switches.js";
import { icon } from "./icons.js";
import { keysDialog } from "./keys.js";

export const statuses = ["online", "busy", "offline"];

export function openStatus(app) {
  openDialog({ title: () => t("myStatus"), kind: "small", view: dialog => view(app, dialog) });
}

// setStatus goes over HTTP, as all of one's own settings: its answer is the record.
export async function setStatus(app, status) {
  await put(app, { status });
}

async function put(app, change) {
  const me = await app.attempt(() => app.client.http("PUT", "/desk/agents/me", change));
  if (me) Object.assign(app.desk.me, me);
  app.desk.loadAgents();
  app.draw();
}

function view(app, dialog) {
  const { desk } = app;
  const { me } = desk;
  const save = e => {
    e.preventDefault();
    const form = new FormData(e.target);
    put(app, { name: form.get("name").trim() || me.user_id, max_sessions: Number(form.get("max")), skills: form.getAll("skill") });
    dialog.close();
  };
  return html`
    <div class="statuses" role="radiogroup" aria-label=${t("status")}>${statuses.map(status => html`
      <button type="button" role="radio" aria-checked=${me.status === status} data-testid="status-${status}" @click=${() => setStatus(app, status)}>
        <i class="dot ${status}"></i><span><b>${t(`status${status[0].toUpperCase()}${status.slice(1)}`)}</b><small class="quiet">${t(`status${status[0].toUpperCase()}${status.slice(1)}Hint`)}</small></span>
        ${me.status === status ? icon("check", "end") : nothing}</button>`)}</div>
    <form class="form" @submit=${save}>
      <label class="field"><span>${t("displayName")}</span><input name="name" maxlength="128" .value=${me.name || me.user_id} autocomplete="off"></label>
      <label class="field"><span>${t("capacity")}</span><input name="max" type="number" min="0" max="1000" required .value=${String(me.max_sessions)}>
        <small class="quiet">${t("capacityHint")}</small></label>
      ${desk.skills.length === 0 ? nothing : html`<fieldset class="field checks"><legend>${t("skills")}</legend>${skillChecks(desk, me.skills)}</fieldset>`}
      <button class="primary" data-testid="save-me">${t("save")}</button>
    </form>
    <div class="settings">
      <label class="check"><input type="checkbox" .checked=${app.bell.sounds} @change=${e => { app.bell.sounds = e.target.checked; }}>${t("sound")}</label>
      <div class="row-of">${switches()}<button type="button" class="ghost" @click=${() => { dialog.close(); keysDialog(); }}>${t("shortcuts")}</button>
      <button type="button" class="ghost danger-text end" data-testid="log-out" @click=${() => { dialog.close(); app.logOut(); }}>${icon("leave")}${t("logOut")}</button></div>
    </div>`;
}

export const skillChecks = (desk, chosen) => desk.skills.map(s => html`
  <label class="check"><input type="checkbox" name="skill" value=${s.skill_id} .checked=${chosen.includes(s.skill_id)}>${s.name || s.skill_id}</label>`);
