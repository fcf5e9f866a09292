// The head of the open conversation: whom one talks with, and what there is to know about it.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { avatar } from "/shared/avatar.js";
import { errorText } from "/shared/errors.js";
import { icon } from "/shared/icons.js";
import { openMenu } from "/shared/menu.js";
import { shortTime } from "/shared/text.js";
import { toast } from "/shared/toast.js";
import { t } from "/shared/i18n.js";
import { conversationItems } from "./conversation_menu.js";
import { go } from "./route.js";
import { openGroup } from "./group_dialog.js";

export function headView(chat, conv) {
  const group = conv.kind === "group";
  const inside = group && conv.group?.group_id && !conv.gone;
  const waiting = conv.group?.requests?.length ?? 0;
  const title = html`
    ${avatar(conv.peer ?? conv.id, { name: conv.title, group, presence: chat.presence.of(conv.peer) })}
    <div class="grow"><strong class="ellipsis" dir="auto" data-testid="title">${conv.title}</strong><div class="small quiet ellipsis" data-testid="subtitle">${subtitle(chat, conv)}</div></div>`;
  return html`<header class="bar">
    <button type="button" class="icon-button back" data-testid="back" aria-label=${t("back")} title=${t("back")} @click=${() => go()}>${icon("back")}</button>
    ${inside ? html`<button type="button" class="about-group grow" data-testid="group" title=${t("groupInfo")} @click=${() => openGroup(chat, conv)}>${title}</button>`
      : html`<div class="about-group grow">${title}</div>`}
    ${inside ? html`<button type="button" class="icon-button with-badge" aria-label=${t("groupInfo")} title=${t("groupInfo")} @click=${() => openGroup(chat, conv, waiting > 0 ? "requests" : "members")}>
      ${icon("group")}${waiting > 0 ? html`<span class="badge" data-testid="requests">${waiting}</span>` : nothing}</button>` : nothing}
    <button type="button" class="icon-button" data-testid="conversation-menu" aria-haspopup="menu" aria-label=${t("more")} title=${t("more")}
      @click=${e => openMenu(e.currentTarget, conversationItems(chat, conv), { label: t("more") })}>${icon("more")}</button>
  </header>`;
}

function subtitle(chat, conv) {
  if (conv.typing().length > 0 && conv.kind === "single") return html`<span class="accent">${t("typing")}</span>`;
  if (conv.kind === "group") {
    if (!conv.group?.members.length) return conv.groupId;
    const count = conv.group.member_count ?? conv.group.members.length;
    if (chat.state.state !== "online") return t("memberCount", count);
    const online = conv.group.members.filter(m => m.user_id === chat.me || chat.presence.of(m.user_id) === "online").length;
    return t("membersOnline", count, online);
  }
  if (conv.kind !== "single") return "";
  if (chat.blocks.has(conv.peer)) return t("blockedNow");
  const state = chat.presence.of(conv.peer);
  const seen = chat.presence.lastSeen.get(conv.peer);
  if (state === "offline" && seen) return t("lastSeen", shortTime(seen));
  return state ? t(state) : "";
}

// noticeView is what a group has announced, or that a conversation is over.
export function noticeView(chat, conv) {
  if (conv.gone) return html`<div class="notice quiet" data-testid="notice">${icon("info")}<span>${t("gone")}</span></div>`;
  const text = conv.group?.announcement;
  return text ? html`<div class="notice" data-testid="notice">${icon("info")}<span dir="auto">${text}</span></div>` : nothing;
}

// askToJoin joins an open group, or asks to.
export async function askToJoin(chat, conv) {
  try {
    const { group } = await chat.groups.http("POST", `/${conv.groupId}/join`, {});
    if (!group) return toast(t("joinAsked"));
    conv.missing = false;
    chat.history.open(conv);
    chat.groups.load(conv);
  } catch (error) {
    toast(error.reason === "not_found" ? t("noGroupToJoin") : errorText(error), "error");
  }
}
