// Short words at the edge of the page that go away by themselves.

const longEnough = 6_000;
let place;

// toast shows a text; kind is "" or "error".
export function toast(text, kind = "") {
  place ??= makePlace();
  const note = document.createElement("div");
  note.className = `toast ${kind}`;
  note.textContent = text;
  place.append(note);
  place.hidePopover?.();
  place.showPopover?.(); // above open dialogs
  setTimeout(() => { note.remove(); if (!place.firstChild) place.hidePopover?.(); }, longEnough);
}

function makePlace() {
  const element = document.createElement("div");
  element.className = "toasts";
  element.setAttribute("role", "status");
  element.popover = "manual";
  document.body.append(element);
  return element;
}
