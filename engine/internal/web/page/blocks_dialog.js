// Whom one has blocked, to let them write again.

import { html } from "/lib/lit-html/lit-html.js";
import { avatar } from "/shared/avatar.js";
import { openDialog } from "/shared/dialog.js";
import { t } from "/shared/i18n.js";
import { isId } from "./conversation.js";

export function openBlocks(chat) {
  chat.blocks.load();
  openDialog({ title: () => t("blocked"), view: () => view(chat) });
}

function view(chat) {
  const users = [...chat.blocks.users].sort();
  const add = e => {
    e.preventDefault();
    const user = e.target.user.value.trim();
    if (!isId(user)) return;
    e.target.reset();
    chat.blocks.set(user, true);
  };
  return html`<p class="quiet small">${t("blockedHint")}</p>
    <form class="row-of" @submit=${add}><input name="user" class="grow" data-testid="block-user" aria-label=${t("userId")} placeholder=${t("userId")} maxlength="64" autocapitalize="off" spellcheck="false">
      <button>${t("block")}</button></form>
    <ul class="people">${users.map(user => html`<li data-testid="blocked">${avatar(user, { size: "small" })}<span class="grow">${user}</span>
      <button type="button" class="small" data-testid="unblock" @click=${() => chat.blocks.set(user, false)}>${t("unblock")}</button></li>`)}</ul>
    ${users.length === 0 ? html`<p class="center quiet">${t("nobodyBlocked")}</p>` : ""}`;
}
