// Who of a group has read a message.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { avatar } from "/shared/avatar.js";
import { openDialog } from "/shared/dialog.js";
import { errorText } from "/shared/errors.js";
import { t } from "/shared/i18n.js";

export function openReaders(chat, conv, m) {
  const found = { readers: [], done: false, error: undefined };
  const dialog = openDialog({ title: () => t("readers"), kind: "small", view: () => view(chat, conv, m, found) });
  load(chat, conv, m, found, dialog);
}

async function load(chat, conv, m, found, dialog) {
  let after;
  try {
    do {
      const page = await chat.groups.http("GET", `/${conv.groupId}/messages/${m.seq}/readers`, undefined, { query: { after, limit: 200 } });
      found.readers.push(...page.readers.map(r => r.user_id).filter(id => id !== m.from));
      for (const { user_id, read_seq } of page.readers) chat.wasRead({ conv_id: conv.id, user_id, seq: read_seq });
      after = page.next;
    } while (after);
  } catch (error) { found.error = errorText(error); }
  found.done = true;
  dialog.update();
  chat.changed();
}

function view(chat, conv, m, { readers, done, error }) {
  if (error) return html`<p class="error">${error}</p>`;
  if (!done) return html`<div class="center"><span class="spinner"></span></div>`;
  const others = (conv.group?.members ?? []).map(member => member.user_id).filter(id => id !== m.from && !readers.includes(id));
  return html`
    <h3>${t("haveRead", readers.length)}</h3>${people(readers, "reader")}
    ${others.length > 0 ? html`<h3>${t("haveNotRead", others.length)}</h3>${people(others, "not-reader")}` : nothing}`;
}

const people = (ids, kind) => html`<ul class="people">${ids.map(id => html`<li data-testid=${kind}>${avatar(id, { size: "small" })}<span>${id}</span></li>`)}</ul>`;
