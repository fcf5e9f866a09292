// Ending a session: last words to the visitor, and the reason as tags.

import { html } from "/lib/lit-html/lit-html.js";
import { openDialog } from "/shared/dialog.js";
import { t } from "/shared/i18n.js";
import { reasonTags, tagText } from "./tags.js";

const mostTags = 20;

export function closeDialog(app, id) {
  const { desk } = app;
  const tags = new Set(desk.sessions.get(id).tags ?? []);
  const mayWrite = desk.room(id).isMine;
  let busy = false, left = false;
  let words; // the last ones, once they are on their way
  const toggle = (tag, dialog) => {
    if (!tags.delete(tag) && tags.size < mostTags) tags.add(tag);
    dialog.update();
  };
  openDialog({
    title: () => t("closeAsk"), kind: "small", onClose: leave,
    view: dialog => html`<form class="form" @submit=${e => submit(e, dialog)}>
      ${mayWrite ? html`<label class="field"><span>${t("closeText")}</span>
        <textarea name="text" rows="3" maxlength="4000" ?disabled=${busy || Boolean(words)} data-testid="close-text"></textarea><small class="quiet">${t("closeTextHint")}</small></label>` : ""}
      <div class="field"><span>${t("closeTags")}</span><div class="chips">${[...new Set([...reasonTags, ...tags])].map(tag => html`
        <button type="button" class="chip" aria-pressed=${tags.has(tag)} @click=${() => toggle(tag, dialog)}>${tagText(tag)}</button>`)}</div></div>
      <footer><button type="button" @click=${dialog.close}>${t("cancel")}</button>
        <button class="primary" ?disabled=${busy} data-testid="do-close" autofocus>${busy ? html`<span class="spinner"></span>` : ""}${t("closeSession")}</button></footer>
    </form>`,
  });

  async function submit(e, dialog) {
    e.preventDefault();
    if (busy) return;
    const text = new FormData(e.target).get("text")?.trim();
    busy = true;
    dialog.update();
    const closed = await app.attempt(() => end(text));
    busy = false;
    dialog.update();
    if (closed !== "closed") return;
    dialog.close();
    await desk.refresh(id);
    desk.soon("mine", () => desk.loadMine());
  }

  // The words go first: nobody can write in a session that is closed. They go once, however often what comes
  // after them is tried.
  async function end(text) {
    const session = desk.sessions.get(id);
    if (text && !words) await say({ conv: session.conv_id }, text);
    if (!left && [...tags].join("\n") !== (session.tags ?? []).join("\n")) {
      await app.client.http("PUT", `/desk/sessions/${id}/tags`, { tags: [...tags] });
    }
    if (left) return "left";
    await app.client.http("POST", `/desk/sessions/${id}/close`);
    return "closed";
  }

  async function say(to, text) {
    words = app.client.send(to, text);
    try {
      await words.done;
    } catch (error) {
      words = undefined;
      if (!left) throw error;
    }
  }

  // Who leaves the dialog closes nothing, and takes back the words that haven't gone out.
  function leave() {
    left = true;
    if (busy && words) app.client.cancel(words.cid);
  }
}
