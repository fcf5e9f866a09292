// A menu beside what it belongs to, on the browser's own popover: it goes away on Esc and on a click elsewhere.

import { html, nothing, render } from "/lib/lit-html/lit-html.js";
import { icon } from "./icons.js";

const gap = 4; // pixels from the anchor, and from the window's edge

// openMenu shows items, { label, icon, run, danger, checked } or nothing, below the anchor, an element;
// header(close) may give a template to stand above them.
export function openMenu(anchor, items, { header, label } = {}) {
  const element = document.createElement("div");
  element.className = "menu";
  element.popover = "auto";
  const close = () => element.hidePopover();
  render(html`
    ${header ? header(close) : nothing}
    <div role="menu" aria-label=${label ?? nothing}>
      ${items.filter(Boolean).map(item => html`
        <button type="button" class=${item.danger ? "danger" : ""} data-testid=${item.key ?? nothing}
          role=${item.checked === undefined ? "menuitem" : "menuitemradio"} aria-checked=${item.checked ?? nothing}
          @click=${() => { close(); item.run(); }}>${item.icon ? icon(item.icon) : nothing}<span>${item.label}</span>${item.checked ? icon("check", "end") : nothing}</button>`)}
    </div>`, element);
  element.addEventListener("toggle", e => { if (e.newState === "closed") closed(element, anchor); });
  element.addEventListener("keydown", e => move(e, element));
  // In a dialog, which makes all that is outside of it inert.
  (anchor.closest("dialog") ?? document.body).append(element);
  element.showPopover();
  anchor.setAttribute("aria-expanded", "true");
  put(element, anchor.getBoundingClientRect());
  element.querySelector("button")?.focus({ focusVisible: false });
  return close;
}

function closed(element, anchor) {
  const held = element.contains(document.activeElement) || document.activeElement === document.body;
  element.remove();
  anchor.setAttribute("aria-expanded", "false");
  if (held && anchor.isConnected) anchor.focus({ preventScroll: true });
}

// put places the menu below the anchor, or above where there is no room, inside of the window.
function put(element, at) {
  const { width, height } = element.getBoundingClientRect();
  const below = at.bottom + gap + height <= innerHeight;
  const top = below ? at.bottom + gap : Math.max(gap, at.top - gap - height);
  const left = at.left + width + gap <= innerWidth ? at.left : at.right - width;
  element.style.top = `${Math.min(top, Math.max(gap, innerHeight - height - gap))}px`;
  element.style.left = `${Math.min(Math.max(gap, left), Math.max(gap, innerWidth - width - gap))}px`;
}

function move(e, element) {
  const buttons = [...element.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: -1 }[e.key];
  if (to === undefined) return;
  e.preventDefault();
  e.stopPropagation();
  buttons.at(to % buttons.length).focus();
}
