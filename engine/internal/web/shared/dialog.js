// Dialogs over the page, on the browser's own <dialog>: it keeps the focus inside and closes on Esc.

import { html, nothing, render } from "/lib/lit-html/lit-html.js";
import { icon } from "./icons.js";
import { onLanguage, t } from "./i18n.js";

const shown = new Set();
let count = 0;
onLanguage(() => updateDialogs());

// updateDialogs draws the open dialogs anew; a page calls it when what they show may have changed.
export function updateDialogs() { for (const dialog of shown) dialog.update(); }

// openDialog shows what view(dialog), a function, gives as a template; title is one too. onClose is called
// when it is closed, by whatever. The answer has update(), close() and element.
export function openDialog({ title, view, onClose, kind = "" }) {
  const element = document.createElement("dialog");
  element.className = `dialog ${kind}`;
  const titleId = `dialog-${++count}`;
  const dialog = { element, close: () => element.close(), update };
  function update() {
    render(html`
      <header><h2 id=${titleId}>${title()}</h2>
        <button class="icon-button" type="button" aria-label=${t("close")} title=${t("close")} @click=${dialog.close}>${icon("close")}</button></header>
      <div class="dialog-body">${view(dialog)}</div>`, element);
  }
  element.setAttribute("aria-labelledby", titleId);
  element.addEventListener("pointerdown", e => { if (e.target === element) element.close(); });
  element.addEventListener("close", () => { shown.delete(dialog); element.remove(); onClose?.(); });
  document.body.append(element);
  update();
  shown.add(dialog);
  element.showModal();
  (element.querySelector("[autofocus]") ?? element.querySelector(".dialog-body input, .dialog-body button"))?.focus();
  return dialog;
}

// askSure resolves to whether the question was answered with the action.
export function askSure({ title, text, action, danger = false }) {
  return new Promise(resolve => {
    let sure = false;
    openDialog({
      title: () => title,
      kind: "small",
      view: dialog => html`
        ${text ? html`<p>${text}</p>` : nothing}
        <footer>
          <button type="button" @click=${dialog.close}>${t("cancel")}</button>
          <button type="button" class=${danger ? "danger" : "primary"} data-testid="sure" autofocus
            @click=${() => { sure = true; dialog.close(); }}>${action}</button>
        </footer>`,
      onClose: () => resolve(sure),
    });
  });
}
