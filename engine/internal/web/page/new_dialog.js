// Begin something: a chat with somebody, a new group, or a group that is there.

import { html } from "/lib/lit-html/lit-html.js";
import { openDialog } from "/shared/dialog.js";
import { errorText } from "/shared/errors.js";
import { t } from "/shared/i18n.js";
import { groupConvId, isId, singleId } from "./conversation.js";
import { go } from "./route.js";
import { tabsView } from "./tabs.js";

const kinds = ["chat", "group", "join"];

export function openNew(chat, kind = "chat") {
  const state = { kind, error: "" };
  openDialog({ title: () => t("newChat"), view: dialog => view(chat, dialog, state) });
}

function view(chat, dialog, state) {
  const tabs = kinds.map(name => ({ name, label: t(`new_${name}`) }));
  return html`${tabsView(tabs, state.kind, name => { Object.assign(state, { kind: name, error: "" }); dialog.update(); })}
    ${{ chat: chatForm, group: groupForm, join: joinForm }[state.kind](chat, dialog, state)}
    ${state.error ? html`<p class="error" role="alert">${state.error}</p>` : ""}`;
}

const idField = (name, label, autofocus = false) => html`<label class="field"><span>${label}</span>
  <input name=${name} data-testid=${name} required ?autofocus=${autofocus} maxlength="64" pattern="[A-Za-z0-9._@\\-]+" title=${t("nameRule")} autocomplete="off" autocapitalize="off" spellcheck="false"></label>`;

const buttons = label => html`<footer><button class="primary" data-testid="begin">${label}</button></footer>`;

function chatForm(chat, dialog, state) {
  const submit = e => {
    e.preventDefault();
    const user = e.target.user.value.trim();
    if (user === chat.me) return fail(dialog, state, t("notYourself"));
    dialog.close();
    go(singleId(chat.me, user));
  };
  return html`<form class="form" @submit=${submit}>${idField("user", t("userId"), true)}${buttons(t("begin"))}</form>`;
}

function groupForm(chat, dialog, state) {
  const submit = async e => {
    e.preventDefault();
    const { name, members, join } = e.target;
    const users = ids(members.value);
    const bad = users.find(user => !isId(user));
    if (bad) return fail(dialog, state, t("badId", bad));
    const fields = { name: name.value.trim(), members: users.filter(user => user !== chat.me), join: join.value };
    if (e.target.id.value) fields.group_id = e.target.id.value.trim();
    try {
      const group = await chat.groups.http("POST", "", fields);
      dialog.close();
      go(group.conv_id);
    } catch (error) { fail(dialog, state, error.reason === "conflict" ? t("groupExists") : errorText(error)); }
  };
  return html`<form class="form" @submit=${submit}>
    <label class="field"><span>${t("groupName")}</span><input name="name" data-testid="group-name" required maxlength="128" autofocus autocomplete="off"></label>
    <label class="field"><span>${t("groupMembers")}</span><input name="members" data-testid="group-members" placeholder="alice, bob" autocomplete="off" autocapitalize="off" spellcheck="false"></label>
    <label class="field"><span>${t("joining")}</span>${joinSelect("closed")}</label>
    <details><summary class="small quiet">${t("moreSettings")}</summary>
      <label class="field"><span>${t("groupId")}</span><input name="id" data-testid="group-id" maxlength="64" pattern="[A-Za-z0-9._@\\-]*" title=${t("nameRule")} placeholder=${t("madeUp")} autocomplete="off" autocapitalize="off" spellcheck="false"></label></details>
    ${buttons(t("createGroup"))}</form>`;
}

function joinForm(chat, dialog) {
  const submit = e => {
    e.preventDefault();
    dialog.close();
    go(groupConvId(e.target.group.value.trim()));
  };
  return html`<form class="form" @submit=${submit}>${idField("group", t("groupId"), true)}<p class="small quiet">${t("joinHint")}</p>${buttons(t("begin"))}</form>`;
}

function fail(dialog, state, error) {
  state.error = error;
  dialog.update();
}

// ids takes a list apart that people have typed.
export const ids = text => [...new Set(text.split(/[\s,;，；、]+/).filter(Boolean))];

export const joinSelect = (chosen, disabled = false) => html`<select name="join" data-testid="group-join" ?disabled=${disabled}>
  ${["closed", "approval", "open"].map(how => html`<option value=${how} ?selected=${how === chosen}>${t(`join_${how}`)}</option>`)}</select>`;
