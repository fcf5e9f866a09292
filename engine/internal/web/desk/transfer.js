// Handing a session over, to an agent or to a skill group, with a note for who gets it.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { openDialog } from "/shared/dialog.js";
import { t } from "/shared/i18n.js";
import { person } from "./frame.js";
import { icon } from "./icons.js";

export function transferDialog(app, id) {
  const { desk } = app;
  let busy = false;
  let to; // "agent:<id>" or "skill:<id>"
  desk.loadAgents();
  const choose = (value, dialog) => { to = value; dialog.update(); };
  openDialog({
    title: () => t("transferTo"),
    view: dialog => html`<form class="form" @submit=${e => submit(e, dialog)}>
      <h3>${t("toAgent")}</h3>
      ${agentsView(desk, desk.sessions.get(id), to, value => choose(value, dialog))}
      <h3>${t("toSkill")}</h3>
      ${skillsView(desk, to, value => choose(value, dialog))}
      <label class="field"><span>${t("transferNote")}</span>
        <textarea name="note" rows="3" maxlength="1300" data-testid="transfer-note"></textarea><small class="quiet">${icon("lock")}${t("transferNoteHint")}</small></label>
      <footer><button type="button" @click=${dialog.close}>${t("cancel")}</button>
        <button class="primary" data-testid="do-transfer" ?disabled=${!to || busy}>${t("transfer")}</button></footer>
    </form>`,
  });

  async function submit(e, dialog) {
    e.preventDefault();
    if (busy || !to) return;
    const note = new FormData(e.target).get("note").trim();
    const [kind, whom] = split(to);
    const body = { ...(kind === "agent" ? { agent_id: whom } : { skill: whom }), ...(note && { note }) };
    busy = true;
    dialog.update();
    const session = await app.attempt(() => app.client.http("POST", `/desk/sessions/${id}/transfer`, body), t("transferred"));
    busy = false;
    dialog.update();
    if (!session) return;
    dialog.close();
    desk.take(session);
    desk.soon("mine", () => desk.loadMine());
    desk.soon("queue", () => desk.loadQueue());
    if (!desk.supervises) app.go("inbox");
  }
}

const split = text => [text.slice(0, 5), text.slice(6)];

function agentsView(desk, session, to, choose) {
  const others = desk.agents.filter(a => a.user_id !== desk.me.user_id && a.user_id !== session.agent_id && a.status === "online" && a.connected);
  if (others.length === 0) return html`<p class="quiet small">${t("nobodyFree")}</p>`;
  return html`<div class="targets" role="radiogroup" aria-label=${t("toAgent")}>${others.map(a => {
    const full = a.max_sessions > 0 && a.sessions >= a.max_sessions;
    const value = `agent:${a.user_id}`;
    return html`<button type="button" role="radio" aria-checked=${to === value} ?disabled=${full} data-testid="to-${a.user_id}" @click=${() => choose(value)}>
      ${person(a, "small")}<span class="grow ellipsis">${a.name || a.user_id}</span>
      ${a.skills.map(id => html`<span class="tag">${desk.skillName(id)}</span>`)}
      <small class="quiet">${t("load", a.sessions, a.max_sessions)}${full ? ` · ${t("full")}` : nothing}</small></button>`;
  })}</div>`;
}

function skillsView(desk, to, choose) {
  if (desk.skills.length === 0) return html`<p class="quiet small">${t("noSkillGroups")}</p>`;
  return html`<div class="targets" role="radiogroup" aria-label=${t("toSkill")}>${desk.skills.map(s => {
    const value = `skill:${s.skill_id}`;
    const here = desk.agents.filter(a => a.skills.includes(s.skill_id) && a.status === "online" && a.connected).length;
    return html`<button type="button" role="radio" aria-checked=${to === value} data-testid="to-${s.skill_id}" @click=${() => choose(value)}>
      ${icon("group")}<span class="grow ellipsis">${s.name || s.skill_id}</span><small class="quiet">${t("here", here)}</small></button>`;
  })}</div>`;
}
