// A group: its members, settings, and who asks to come in.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { avatar } from "/shared/avatar.js";
import { askSure, openDialog } from "/shared/dialog.js";
import { icon } from "/shared/icons.js";
import { toast } from "/shared/toast.js";
import { t } from "/shared/i18n.js";
import { bansView, requestsView } from "./group_requests.js";
import { membersView } from "./group_members.js";
import { settingsView } from "./group_settings.js";
import { tabsView } from "./tabs.js";

const views = { members: membersView, settings: settingsView, requests: requestsView, bans: bansView };

export function openGroup(chat, conv, tab = "members") {
  const state = { tab, sought: "" };
  conv.watched = true;
  chat.groups.load(conv);
  openDialog({
    title: () => t("groupInfo"), kind: "group",
    view: dialog => view(chat, conv, dialog, state),
    onClose: () => { conv.watched = false; },
  });
}

function view(chat, conv, dialog, state) {
  const { group } = conv;
  if (!group || conv.gone) return html`<p class="center quiet">${t("gone")}</p>`;
  const runs = chat.groups.runs(conv);
  const tabs = [
    { name: "members", label: t("members"), count: group.members.length },
    { name: "settings", label: t("settings") },
    ...(runs ? [{ name: "requests", label: t("requests"), count: group.requests.length }, { name: "bans", label: t("bans"), count: group.bans.length }] : []),
  ];
  return html`
    <div class="group-head">${avatar(conv.id, { size: "large", group: true })}
      <div class="grow"><h1>${group.name}</h1>
        <button type="button" class="link" title=${t("copy")} @click=${() => copyId(group.group_id)}><code>${group.group_id}</code>${icon("copy", "inline")}</button>
        <p class="small quiet">${t(`joinIs_${group.join}`)}${group.muted ? html` · ${t("onlyAdmins")}` : nothing}</p></div></div>
    ${tabsView(tabs, state.tab, name => { state.tab = name; dialog.update(); })}
    ${views[runs || state.tab === "settings" ? state.tab : "members"](chat, conv, dialog, state)}
    ${state.tab === "members" || state.tab === "settings" ? endView(chat, conv, dialog) : nothing}`;
}

async function copyId(id) {
  try {
    await navigator.clipboard.writeText(id);
    toast(t("copied"));
  } catch { toast(t("error"), "error"); }
}

function endView(chat, conv, dialog) {
  const owner = chat.groups.role(conv) === "owner";
  const end = async () => {
    const sure = await askSure({ title: t(owner ? "dissolve" : "leaveGroup"), text: t(owner ? "dissolveSure" : "leaveSure", conv.title), action: t(owner ? "dissolve" : "leaveGroup"), danger: true });
    if (!sure) return;
    dialog.close();
    if (owner) await chat.groups.change(conv, "DELETE", "");
    else await chat.groups.change(conv, "POST", "/leave", {});
  };
  return html`<footer class="end">${owner ? html`<span class="small quiet grow">${t("ownerStays")}</span>` : nothing}
    <button type="button" class="danger-text" data-testid=${owner ? "dissolve" : "leave-group"} @click=${end}>${icon(owner ? "hide" : "leave")}${t(owner ? "dissolve" : "leaveGroup")}</button></footer>`;
}
