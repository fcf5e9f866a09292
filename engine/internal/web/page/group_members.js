// The members of a group, and what can be done with each.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { repeat } from "/lib/lit-html/directives/repeat.js";
import { avatar } from "/shared/avatar.js";
import { askSure } from "/shared/dialog.js";
import { icon } from "/shared/icons.js";
import { openMenu } from "/shared/menu.js";
import { clock, moment, sameDay } from "/shared/text.js";
import { toast } from "/shared/toast.js";
import { t } from "/shared/i18n.js";
import { ids } from "./new_dialog.js";
import { isId, singleId } from "./conversation.js";
import { go } from "./route.js";

const rank = { owner: 0, admin: 1, member: 2 };
const mutes = [600, 3_600, 86_400, 604_800]; // seconds
const manyMembers = 8;

export function membersView(chat, conv, dialog, state) {
  const { group } = conv;
  const sought = state.sought.toLowerCase();
  const members = group.members.filter(m => m.user_id.toLowerCase().includes(sought))
    .sort((a, b) => rank[a.role] - rank[b.role] || a.user_id.localeCompare(b.user_id));
  const canAdd = chat.groups.runs(conv) || group.join !== "closed";
  return html`
    ${canAdd ? addForm(chat, conv) : nothing}
    ${group.members.length > manyMembers ? html`<div class="search">${icon("search")}<input type="search" aria-label=${t("searchMembers")} placeholder=${t("searchMembers")}
      @input=${e => { state.sought = e.target.value; dialog.update(); }}></div>` : nothing}
    <ul class="people">${repeat(members, m => m.user_id, m => memberView(chat, conv, dialog, m))}</ul>`;
}

function addForm(chat, conv) {
  const submit = async e => {
    e.preventDefault();
    const form = e.target;
    const members = ids(form.users.value);
    const bad = members.find(user => !isId(user));
    if (bad) return toast(t("badId", bad), "error");
    const answer = await chat.groups.change(conv, "POST", "/members", { members });
    if (!answer) return;
    form.reset();
    if (answer.requested?.length) toast(t("proposed"));
  };
  return html`<form class="row-of" @submit=${submit}>
    <input name="users" class="grow" required data-testid="add-members" aria-label=${t("addMembers")} placeholder=${t("addMembers")} autocomplete="off" autocapitalize="off" spellcheck="false">
    <button data-testid="add">${t("add")}</button></form>`;
}

function memberView(chat, conv, dialog, m) {
  const self = m.user_id === chat.me;
  const muted = m.muted_until > Date.now();
  return html`<li data-testid="member" data-user=${m.user_id}>
    ${avatar(m.user_id, { size: "small", presence: self ? "online" : chat.presence.of(m.user_id) })}
    <span class="grow ellipsis">${m.user_id}${self ? html` <small class="quiet">${t("itsYou")}</small>` : nothing}</span>
    ${muted ? html`<small class="quiet">${t("mutedUntil", sameDay(m.muted_until, Date.now()) ? clock(m.muted_until) : moment(m.muted_until))}</small>` : nothing}
    ${m.role === "member" ? nothing : html`<span class="tag" data-testid="role">${t(`role_${m.role}`)}</span>`}
    ${self ? nothing : html`<button type="button" class="icon-button" data-testid="member-menu" aria-haspopup="menu" aria-label=${t("more")} title=${t("more")}
      @click=${e => openMenu(e.currentTarget, memberItems(chat, conv, dialog, m), { label: m.user_id })}>${icon("more")}</button>`}</li>`;
}

function memberItems(chat, conv, dialog, m) {
  const user = m.user_id;
  const set = fields => chat.groups.change(conv, "PUT", `/members/${user}`, fields);
  const above = chat.groups.above(conv, m);
  const owner = chat.groups.role(conv) === "owner";
  const sure = async (action, run) => {
    if (await askSure({ title: t(action), text: t(`${action}Sure`, user), action: t(action), danger: true })) run();
  };
  return [
    { key: "message", label: t("writeTo", user), icon: "chat", run: () => { dialog.close(); go(singleId(chat.me, user)); } },
    owner && { key: "role", label: t(m.role === "admin" ? "makeMember" : "makeAdmin"), icon: "star", run: () => set({ role: m.role === "admin" ? "member" : "admin" }) },
    owner && { key: "transfer", label: t("transfer"), icon: "crown", run: () => sure("transfer", () => chat.groups.change(conv, "POST", "/transfer", { user_id: user })) },
    ...(above ? m.muted_until > Date.now()
      ? [{ key: "unmute", label: t("unmute"), icon: "bell", run: () => set({ mute_s: 0 }) }]
      : mutes.map(seconds => ({ key: `mute-${seconds}`, label: t(`mute_${seconds}`), icon: "bellOff", run: () => set({ mute_s: seconds }) })) : []),
    above && { key: "kick", label: t("kick"), icon: "leave", danger: true, run: () => sure("kick", () => chat.groups.change(conv, "DELETE", `/members/${user}`)) },
    above && { key: "ban", label: t("ban"), icon: "ban", danger: true, run: () => sure("ban", () => chat.groups.change(conv, "PUT", `/bans/${user}`)) },
  ];
}
