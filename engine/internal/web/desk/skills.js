// The skill groups, on the team's page.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { askSure, openDialog } from "/shared/dialog.js";
import { t } from "/shared/i18n.js";
import { icon } from "./icons.js";

export function skillsView(app) {
  const { desk } = app;
  const members = id => desk.agents.filter(a => a.skills.includes(id)).length;
  return html`<section class="cards">
    <h2>${t("skillGroups")}${desk.supervises ? html`<button type="button" class="small" data-testid="add-skill" @click=${() => skillDialog(app)}>${icon("plus")}${t("addSkill")}</button>` : nothing}</h2>
    ${desk.skills.length === 0 ? html`<p class="quiet">${t("noSkillGroups")}</p>` : html`<ul>${desk.skills.map(s => html`
      <li class="card-item" data-testid="skill"><div class="grow"><b>${s.name || s.skill_id}</b><code class="quiet">${s.skill_id}</code>
        <p class="quiet">${t("members", members(s.skill_id))}${s.fallback ? ` · ${t("fallback")}: ${desk.skillName(s.fallback)}` : nothing}</p></div>
        ${desk.supervises ? html`<button type="button" class="icon-button" aria-label=${`${t("changeAgent")} ${s.name}`} @click=${() => skillDialog(app, s)}>${icon("edit")}</button>
        <button type="button" class="icon-button" aria-label=${`${t("remove")} ${s.name}`} @click=${() => remove(app, s)}>${icon("hide")}</button>` : nothing}</li>`)}</ul>`}
  </section>`;
}

function skillDialog(app, skill) {
  const { desk } = app;
  openDialog({
    title: () => skill ? skill.name || skill.skill_id : t("addSkill"), kind: "small",
    view: dialog => html`<form class="form" @submit=${e => submit(e, dialog)}>
      ${skill ? nothing : html`<label class="field"><span>${t("skillID")}</span><input name="id" required maxlength="64" pattern="[A-Za-z0-9._@\\-]+" placeholder="billing" data-testid="skill-id" autocomplete="off"></label>`}
      <label class="field"><span>${t("skillName")}</span><input name="name" required maxlength="128" .value=${skill?.name ?? ""} data-testid="skill-name" autocomplete="off"></label>
      <label class="field"><span>${t("fallback")}</span><select name="fallback"><option value="">${t("fallbackNone")}</option>${desk.skills.filter(s => s.skill_id !== skill?.skill_id).map(s => html`
        <option value=${s.skill_id} ?selected=${skill?.fallback === s.skill_id}>${s.name || s.skill_id}</option>`)}</select></label>
      <label class="field"><span>${t("fallbackAfter")}</span><input name="after" type="number" min="0" max="86400" .value=${String(skill?.fallback_after_s ?? 0)}><small class="quiet">${t("fallbackHint")}</small></label>
      <footer><button type="button" @click=${dialog.close}>${t("cancel")}</button><button class="primary" data-testid="save-skill">${t("save")}</button></footer>
    </form>`,
  });

  async function submit(e, dialog) {
    e.preventDefault();
    const form = new FormData(e.target);
    const id = skill?.skill_id ?? form.get("id").trim();
    const fallback = form.get("fallback");
    const body = { name: form.get("name").trim(), ...(fallback && { fallback, fallback_after_s: Number(form.get("after")) }) };
    if (!await app.attempt(() => app.client.http("PUT", `/desk/skills/${id}`, body))) return;
    dialog.close();
    desk.loadSkills();
  }
}

async function remove(app, skill) {
  if (!await askSure({ title: t("removeSkillAsk", skill.name || skill.skill_id), action: t("remove"), danger: true })) return;
  await app.attempt(() => app.client.http("DELETE", `/desk/skills/${skill.skill_id}`));
  app.desk.loadSkills();
  app.desk.loadAgents();
}
