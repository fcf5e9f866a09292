// The agents and the skill groups. Supervisors change them.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { askSure, openDialog } from "/shared/dialog.js";
import { t } from "/shared/i18n.js";
import { shortTime } from "/shared/text.js";
import { bar } from "./bars.js";
import { person, statusText } from "./frame.js";
import { icon } from "./icons.js";
import { skillChecks, statuses } from "./me.js";
import { skillsView } from "./skills.js";

export function teamView(app) {
  const { desk } = app;
  return html`<main class="plain-page" data-testid="team-page">
    <header><h1 class="grow">${t("team")}</h1>${desk.supervises ? html`
      <button type="button" class="primary" data-testid="add-agent" @click=${() => agentDialog(app)}>${icon("userPlus")}${t("addAgent")}</button>` : nothing}</header>
    <div class="table-wrap"><table class="team">
      <thead><tr><th>${t("agents")}</th><th>${t("status")}</th><th>${t("load1")}</th><th>${t("skills")}</th><th>${t("lastGiven")}</th>${desk.supervises ? html`<th></th>` : nothing}</tr></thead>
      <tbody>${desk.agents.map(a => agentView(app, a))}</tbody>
    </table></div>
    ${skillsView(app)}
  </main>`;
}

function agentView(app, a) {
  const { desk } = app;
  return html`<tr data-testid="agent" data-agent=${a.user_id}>
    <td><span class="cell">${person(a, "small")}<span><b>${a.name || a.user_id}</b>${a.role === "supervisor" ? html`<span class="tag">${t("roleSupervisor")}</span>` : nothing}
      <small class="quiet">${a.user_id}${a.user_id === desk.me.user_id ? ` · ${t("you")}` : nothing}</small></span></span></td>
    <td>${a.status === "online" && !a.connected ? t("away") : statusText(a)}</td>
    <td><span class="load">${bar(a.sessions, a.max_sessions || Math.max(10, a.sessions))}<small>${t("load", a.sessions, a.max_sessions)}</small></span></td>
    <td>${a.skills.map(id => html`<span class="tag">${desk.skillName(id)}</span>`)}</td>
    <td class="when">${a.assigned_at ? shortTime(a.assigned_at) : t("never")}</td>
    ${desk.supervises ? html`<td class="acts"><button type="button" class="icon-button" data-testid="change-agent" aria-label=${`${t("changeAgent")} ${a.name || a.user_id}`} title=${t("changeAgent")} @click=${() => agentDialog(app, a)}>${icon("edit")}</button></td>` : nothing}
  </tr>`;
}

function agentDialog(app, agent) {
  const { desk } = app;
  openDialog({
    title: () => agent ? agent.name || agent.user_id : t("addAgent"),
    view: dialog => html`<form class="form" @submit=${e => submit(e, dialog)}>
      ${agent ? nothing : html`<label class="field"><span>${t("userID")}</span><input name="user" required maxlength="64" pattern="[A-Za-z0-9._@\\-]+" autocomplete="off" data-testid="agent-id"></label>`}
      <label class="field"><span>${t("displayName")}</span><input name="name" maxlength="128" .value=${agent?.name ?? ""} autocomplete="off"></label>
      <div class="two"><label class="field"><span>${t("role")}</span><select name="role">${["agent", "supervisor"].map(role => html`
          <option value=${role} ?selected=${agent?.role === role}>${t(role === "agent" ? "roleAgent" : "roleSupervisor")}</option>`)}</select></label>
        <label class="field"><span>${t("status")}</span><select name="status">${statuses.map(status => html`
          <option value=${status} ?selected=${(agent?.status ?? "offline") === status}>${statusText({ status })}</option>`)}</select></label></div>
      <label class="field"><span>${t("capacity")}</span><input name="max" type="number" min="0" max="1000" .value=${String(agent?.max_sessions ?? 5)}><small class="quiet">${t("capacityHint")}</small></label>
      ${desk.skills.length ? html`<fieldset class="field checks"><legend>${t("skills")}</legend>${skillChecks(desk, agent?.skills ?? [])}</fieldset>` : nothing}
      <footer>${agent ? html`<button type="button" class="ghost danger-text start" @click=${() => remove(dialog)}>${t("removeAgent")}</button>` : nothing}
        <button type="button" @click=${dialog.close}>${t("cancel")}</button><button class="primary" data-testid="save-agent">${t("save")}</button></footer>
    </form>`,
  });

  async function submit(e, dialog) {
    e.preventDefault();
    const form = new FormData(e.target);
    const user = agent?.user_id ?? form.get("user").trim();
    const change = { status: form.get("status"), max_sessions: Number(form.get("max")), skills: form.getAll("skill") };
    if (form.get("name").trim()) change.name = form.get("name").trim();
    if (form.get("role") !== agent?.role) change.role = form.get("role"); // saying it makes a lasting agent
    if (!await app.attempt(() => app.client.http("PUT", `/desk/agents/${user}`, change))) return;
    dialog.close();
    desk.loadAgents();
  }

  async function remove(dialog) {
    dialog.close();
    if (!await askSure({ title: t("removeAgent"), text: t("removeAgentAsk", agent.name || agent.user_id), action: t("removeAgent"), danger: true })) return;
    await app.attempt(() => app.client.http("DELETE", `/desk/agents/${agent.user_id}`));
    desk.loadAgents();
  }
}
