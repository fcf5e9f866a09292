// Ending a session: last words to the visitor, and the reason as tags.

import { html } from "/lib/lit-html/lit-html.js";
import { openDialog } from "/shared/dialog.js";
import { t } from "/shared/i18n.js";

const mostTags = 20;
const reasons = ["reasonSolved", "reasonNoAnswer", "reasonFollow", "reasonSpam"];

export function closeDialog(app, id) {
  const { desk } = app;
  const tags = new Set(desk.sessions.get(id).tags ?? []);
  const mayWrite = desk.room(id).isMine;
  const toggle = (tag, dialog) => {
    if (!tags.delete(tag) && tags.size < mostTags) tags.add(tag);
    dialog.update();
  };
  openDialog({
    title: () => t("closeAsk"), kind: "small",
    view: dialog => html`<form class="form" @submit=${e => submit(e, dialog)}>
      ${mayWrite ? html`<label class="field"><span>${t("closeText")}</span>
        <textarea name="text" rows="3" maxlength="4000" data-testid="close-text"></textarea><small class="quiet">${t("closeTextHint")}</small></label>` : ""}
      <div class="field"><span>${t("closeTags")}</span><div class="chips">${[...new Set([...reasons.map(r => t(r)), ...tags])].map(tag => html`
        <button type="button" class="chip" aria-pressed=${tags.has(tag)} @click=${() => toggle(tag, dialog)}>${tag}</button>`)}</div></div>
      <footer><button type="button" @click=${dialog.close}>${t("cancel")}</button>
        <button class="primary" data-testid="do-close" autofocus>${t("closeSession")}</button></footer>
    </form>`,
  });

  // The words go first: nobody can write in a session that is closed.
  async function submit(e, dialog) {
    e.preventDefault();
    const session = desk.sessions.get(id);
    const text = new FormData(e.target).get("text")?.trim();
    const closed = await app.attempt(async () => {
      if (text) await app.client.send({ conv: session.conv_id }, text).done;
      if ([...tags].join("\n") !== (session.tags ?? []).join("\n")) {
        await app.client.http("PUT", `/desk/sessions/${id}/tags`, { tags: [...tags] });
      }
      await app.client.http("POST", `/desk/sessions/${id}/close`);
    });
    if (!closed) return;
    dialog.close();
    await desk.refresh(id);
    desk.soon("mine", () => desk.loadMine());
  }
}
