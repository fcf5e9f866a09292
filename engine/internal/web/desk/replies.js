// Canned replies: one's own, and those of the team, which supervisors write.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { askSure, openDialog } from "/shared/dialog.js";
import { t } from "/shared/i18n.js";
import { icon } from "./icons.js";

export function repliesView(app) {
  const { desk } = app;
  const shared = desk.replies.filter(r => r.shared);
  const own = desk.replies.filter(r => !r.shared);
  return html`<main class="plain-page" data-testid="replies-page">
    <header><h1>${t("replies")}</h1><p class="quiet grow">${t("repliesHint")}</p>
      <button type="button" class="primary" data-testid="add-reply" @click=${() => replyDialog(app)}>${icon("plus")}${t("addReply")}</button></header>
    ${listView(app, "ownReplies", own, true)}
    ${listView(app, "sharedReplies", shared, desk.supervises)}
  </main>`;
}

function listView(app, title, list, mayChange) {
  return html`<section class="cards"><h2>${t(title)}</h2>${list.length === 0 ? html`<p class="quiet">${t("noOwn")}</p>` : html`<ul>${list.map(r => html`
    <li class="card-item" data-testid="canned"><div class="grow"><b>/${r.title}</b>${r.skill ? html`<span class="tag">${app.desk.skillName(r.skill)}</span>` : nothing}<p>${r.text}</p></div>
      ${mayChange ? html`<button type="button" class="icon-button" aria-label=${t("changeAgent")} title=${t("changeAgent")} @click=${() => replyDialog(app, r)}>${icon("edit")}</button>
      <button type="button" class="icon-button" aria-label=${t("remove")} title=${t("remove")} @click=${() => remove(app, r)}>${icon("hide")}</button>` : nothing}</li>`)}</ul>`}</section>`;
}

function replyDialog(app, reply) {
  const { desk } = app;
  openDialog({
    title: () => reply ? `/${reply.title}` : t("addReply"),
    view: dialog => html`<form class="form" @submit=${e => submit(e, dialog)}>
      <label class="field"><span>${t("replyTitle")}</span><input name="title" required maxlength="128" pattern="\\S+" .value=${reply?.title ?? ""} placeholder="hello" data-testid="reply-title" autocomplete="off" autofocus>
        <small class="quiet">${t("replyTitleHint")}</small></label>
      <label class="field"><span>${t("replyText")}</span><textarea name="text" required rows="5" maxlength="1300" .value=${reply?.text ?? ""} data-testid="reply-text"></textarea></label>
      ${desk.skills.length ? html`<label class="field"><span>${t("forSkill")}</span><select name="skill"><option value="">${t("allSkills")}</option>
        ${desk.skills.map(s => html`<option value=${s.skill_id} ?selected=${reply?.skill === s.skill_id}>${s.name || s.skill_id}</option>`)}</select></label>` : nothing}
      ${!reply && desk.supervises ? html`<label class="check"><input type="checkbox" name="shared">${t("sharedReply")}</label>` : nothing}
      <footer><button type="button" @click=${dialog.close}>${t("cancel")}</button><button class="primary" data-testid="save-reply">${t("save")}</button></footer>
    </form>`,
  });

  async function submit(e, dialog) {
    e.preventDefault();
    const form = new FormData(e.target);
    const body = { title: form.get("title").trim(), text: form.get("text").trim(), skill: form.get("skill") || undefined, ...(form.get("shared") && { shared: true }) };
    const saved = await app.attempt(() => reply ? app.client.http("PUT", `/desk/replies/${reply.reply_id}`, body) : app.client.http("POST", "/desk/replies", body));
    if (!saved) return;
    dialog.close();
    desk.loadReplies();
  }
}

async function remove(app, reply) {
  if (!await askSure({ title: t("removeReplyAsk", reply.title), action: t("remove"), danger: true })) return;
  await app.attempt(() => app.client.http("DELETE", `/desk/replies/${reply.reply_id}`));
  app.desk.loadReplies();
}
