// The keyboard. Letters work where nobody writes.

import { html } from "/lib/lit-html/lit-html.js";
import { openDialog } from "/shared/dialog.js";
import { t } from "/shared/i18n.js";
import { closeDialog } from "./close.js";
import { transferDialog } from "./transfer.js";

const list = [
  ["J", "keyNext"], ["K", "keyPrevious"], ["R", "keyReply"], ["N", "keyNote"], ["/", "keySlash"], ["T", "keyTransfer"],
  ["C", "keyClose"], ["Q", "keyClaim"], ["D", "keyDetails"], ["F", "keySearch"], ["Esc", "keyBack"], ["?", "keyHelp"],
];

export function keys(app, e) {
  const { desk, room } = app;
  if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || document.querySelector("dialog[open], .menu")) return;
  if (e.key === "Escape") {
    if (e.target.matches("textarea, input")) return e.target.blur();
    if (desk.current) app.go(app.page);
    return;
  }
  if (e.target.closest("input, textarea, select")) return;
  const run = {
    j: () => step(app, 1), k: () => step(app, -1),
    r: () => room.write("reply"), n: () => room.write("note"),
    t: () => room.room?.mayEnd && transferDialog(app, desk.current),
    c: () => room.room?.mayEnd && closeDialog(app, desk.current),
    q: () => !e.repeat && desk.queue[0] && room.claim(desk.queue[0]),
    d: () => room.toggleDetails(), f: () => app.go("sessions"), "?": () => keysDialog(),
  }[e.key.toLowerCase()];
  if (!run) return;
  e.preventDefault();
  run();
}

// step goes through one's own sessions and then those that wait.
function step({ desk, go }, by) {
  const ids = [...desk.mine, ...desk.queue, ...desk.offline];
  if (ids.length === 0) return;
  const at = ids.indexOf(desk.current);
  go("inbox", ids[at < 0 ? 0 : (at + by + ids.length) % ids.length]);
}

export function keysDialog() {
  openDialog({
    title: () => t("shortcuts"), kind: "small",
    view: () => html`<dl class="keys">${list.map(([key, text]) => html`<dt><kbd>${key}</kbd></dt><dd>${t(text)}</dd>`)}</dl>`,
  });
}
