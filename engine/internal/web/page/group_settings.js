// What the owner and the admins of a group can set; others see it.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { toast } from "/shared/toast.js";
import { t } from "/shared/i18n.js";
import { joinSelect } from "./new_dialog.js";

export function settingsView(chat, conv) {
  const { group } = conv;
  const runs = chat.groups.runs(conv);
  const submit = async e => {
    e.preventDefault();
    const changes = changed(group, e.target);
    if (Object.keys(changes).length === 0) return;
    if (await chat.groups.change(conv, "PATCH", "", changes)) toast(t("saved"));
  };
  return html`<form class="form" @submit=${submit}>
    <label class="field"><span>${t("groupName")}</span><input name="name" data-testid="set-name" required maxlength="128" .value=${group.name} ?disabled=${!runs}></label>
    <label class="field"><span>${t("announcement")}</span><textarea name="announcement" data-testid="set-announcement" rows="2" maxlength="1300" .value=${group.announcement} ?disabled=${!runs}></textarea></label>
    <label class="field"><span>${t("joining")}</span>${joinSelect(group.join, !runs)}</label>
    <label class="field"><span>${t("maxMembers")}</span><input name="max" type="number" min="2" required .value=${String(group.max_members)} ?disabled=${!runs}></label>
    <label class="check"><input type="checkbox" name="old" .checked=${group.old_history} ?disabled=${!runs}><span>${t("oldHistory")}</span></label>
    <label class="check"><input type="checkbox" name="muted" data-testid="set-muted" .checked=${group.muted} ?disabled=${!runs}><span>${t("onlyAdmins")}</span></label>
    ${runs ? html`<footer><button class="primary" data-testid="save">${t("save")}</button></footer>` : nothing}</form>`;
}

// changed are the fields that are different now.
function changed(group, { name, announcement, join, max, old, muted }) {
  const wanted = {
    name: name.value.trim(), announcement: announcement.value.trim(), join: join.value, max_members: Number(max.value),
    old_history: old.checked, muted: muted.checked,
  };
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => group[key] !== value));
}
