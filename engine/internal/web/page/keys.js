// Keys that work everywhere on the page.

import { go } from "./route.js";

export class Keys {
  constructor(chat, room) {
    Object.assign(this, { chat, room });
    this.listener = e => this.down(e);
    addEventListener("keydown", this.listener);
  }

  close() { removeEventListener("keydown", this.listener); }

  down(e) {
    if (e.isComposing || document.querySelector("dialog[open], .menu:popover-open")) return;
    if ((e.ctrlKey || e.metaKey) && !e.altKey && e.key.toLowerCase() === "k") {
      e.preventDefault();
      return this.search();
    }
    if (e.altKey && (e.key === "ArrowUp" || e.key === "ArrowDown")) {
      e.preventDefault();
      return this.neighbour(e.key === "ArrowUp" ? -1 : 1);
    }
    if (e.key === "Escape") this.escape();
  }

  search() {
    const field = document.querySelector("[data-testid=search]");
    if (field.checkVisibility()) field.select();
    else { go(); setTimeout(() => document.querySelector("[data-testid=search]")?.focus(), 50); }
    field.focus();
  }

  neighbour(step) {
    const shown = this.chat.shown();
    const next = shown[shown.indexOf(this.chat.current) + step];
    if (next) go(next.id);
  }

  // Esc ends the search, then what one is about to answer or edit; in the thread it leads to the field.
  escape() {
    if (this.chat.search) {
      this.chat.search = "";
      this.chat.changed();
    } else if (!this.room.cancel() && this.chat.current && document.activeElement?.closest(".side")) go();
    if (this.chat.current) this.room.focus();
  }
}
