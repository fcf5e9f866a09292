// Who asks to come into a group, and who is kept out.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { avatar } from "/shared/avatar.js";
import { t } from "/shared/i18n.js";

export function requestsView(chat, conv) {
  const { requests } = conv.group;
  const answer = (user, accept) => chat.groups.change(conv, "PUT", `/requests/${user}`, { accept });
  if (requests.length === 0) return html`<p class="center quiet">${t("noRequests")}</p>`;
  return html`<ul class="people">${requests.map(({ user_id, by, text }) => html`<li data-testid="request" data-user=${user_id}>
    ${avatar(user_id, { size: "small" })}
    <div class="grow"><div class="ellipsis">${user_id}</div>${by !== user_id ? html`<small class="quiet">${t("proposedBy", by)}</small>` : nothing}${text ? html`<small class="quiet">${text}</small>` : nothing}</div>
    <button type="button" class="small primary" data-testid="accept" @click=${() => answer(user_id, true)}>${t("accept")}</button>
    <button type="button" class="small" data-testid="refuse" @click=${() => answer(user_id, false)}>${t("refuse")}</button></li>`)}</ul>`;
}

export function bansView(chat, conv) {
  const { bans } = conv.group;
  if (bans.length === 0) return html`<p class="center quiet">${t("noBans")}</p>`;
  return html`<ul class="people">${bans.map(({ user_id, by }) => html`<li data-testid="ban" data-user=${user_id}>
    ${avatar(user_id, { size: "small" })}<div class="grow"><div class="ellipsis">${user_id}</div><small class="quiet">${t("bannedBy", by)}</small></div>
    <button type="button" class="small" data-testid="unban" @click=${() => chat.groups.change(conv, "DELETE", `/bans/${user_id}`)}>${t("unban")}</button></li>`)}</ul>`;
}
