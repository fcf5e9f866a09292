// The field in which one writes: it grows, Enter sends, Shift+Enter makes a new line. Over it stand what is
// answered or edited, and proposals of whom to mention.

import { html, nothing, render } from "/lib/lit-html/lit-html.js";
import { avatar } from "./avatar.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";

const mostProposals = 6;
let composers = 0;

export class Composer {
  // Properties: placeholder, disabled (a text that says why, or nothing), about ({ icon, title, text } of the message
  // that is answered or edited, or nothing), people() ([{ id, name }] who can be mentioned, or nothing), and what to call:
  // onSend(text), onType(text), onCancel() of what it is about or nothing to cancel, onUp() with an empty field.
  constructor() {
    this.element = document.createElement("form");
    this.element.className = "composer";
    this.element.addEventListener("submit", e => { e.preventDefault(); this.send(); });
    this.p = {};
    this.proposals = [];
    this.listId = `proposals-${++composers}`;
    this.update({});
    this.field = this.element.querySelector("textarea");
  }

  update(p) {
    this.p = p;
    render(this.view(), this.element);
  }

  view() {
    const { p, proposals } = this;
    const proposing = proposals.length > 0;
    return html`
      ${this.proposalsView()}
      ${p.about ? html`<div class="about" data-testid="about">${icon(p.about.icon)}<div><b>${p.about.title}</b><span dir="auto">${p.about.text}</span></div>
        <button type="button" class="icon-button" aria-label=${t("cancel")} title=${t("cancel")} @click=${() => p.onCancel?.()}>${icon("close")}</button></div>` : nothing}
      <div class="write">
        <textarea rows="1" maxlength="16000" data-testid="composer" aria-label=${t("write")} placeholder=${p.disabled || p.placeholder || t("write")}
          ?disabled=${Boolean(p.disabled)} enterkeyhint="send" dir="auto" aria-autocomplete=${p.people ? "list" : nothing} aria-controls=${proposing ? this.listId : nothing}
          aria-activedescendant=${proposing ? `${this.listId}-${this.chosen}` : nothing} @keydown=${e => this.key(e)} @beforeinput=${e => this.before(e)} @input=${() => this.typed()} @blur=${() => this.propose()}></textarea>
        <button class="send" data-testid="send" aria-label=${t("send")} title=${t("send")} ?disabled=${Boolean(p.disabled)}>${icon(p.about?.icon === "edit" ? "check" : "send")}</button>
      </div>`;
  }

  get value() { return this.field.value; }

  set value(text) {
    this.field.value = text;
    this.propose();
    this.grow();
  }

  focus() { this.field.focus(); }

  send() {
    const text = this.value.trim();
    if (!text || this.p.disabled) return;
    if (this.p.onSend(text) !== false) this.value = "";
  }

  typed() {
    this.grow();
    this.propose(this.wordBefore());
    this.p.onType?.(this.value);
  }

  grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
  }

  // before catches the Enter of keyboards on a screen, which don't say what key it was.
  before(e) {
    if (e.inputType !== "insertLineBreak" || e.isComposing || this.pressed === "line") return;
    e.preventDefault();
    if (this.pressed !== "enter") this.send();
  }

  key(e) {
    this.pressed = e.key !== "Enter" ? "" : e.shiftKey ? "line" : "enter";
    if (e.isComposing || e.keyCode === 229) return; // Enter chooses a character
    if (this.proposals.length > 0 && this.choose(e)) return e.preventDefault();
    if (e.key === "Enter" && !e.shiftKey) { e.preventDefault(); this.send(); }
    if (e.key === "Escape" && this.p.onCancel?.()) e.stopPropagation();
    if (e.key === "ArrowUp" && this.value === "" && this.p.onUp?.()) e.preventDefault();
  }

  // wordBefore is what stands between an @ and the cursor.
  wordBefore() {
    const before = this.value.slice(0, this.field.selectionStart);
    return this.p.people && before.match(/(?:^|[\s，。])@([^\s@]*)$/)?.[1];
  }

  propose(word) {
    const sought = word?.toLowerCase();
    this.proposals = sought === undefined ? [] : this.p.people()
      .filter(({ id, name }) => id.toLowerCase().startsWith(sought) || name.toLowerCase().startsWith(sought)).slice(0, mostProposals);
    this.chosen = 0;
    render(this.view(), this.element);
  }

  choose(e) {
    const n = this.proposals.length;
    switch (e.key) {
      case "ArrowDown": this.chosen = (this.chosen + 1) % n; break;
      case "ArrowUp": this.chosen = (this.chosen + n - 1) % n; break;
      case "Enter": case "Tab": this.insert(this.proposals[this.chosen].id); break;
      case "Escape": this.propose(); e.stopPropagation(); break;
      default: return false;
    }
    render(this.view(), this.element);
    return true;
  }

  insert(id) {
    const end = this.field.selectionStart;
    const start = end - this.wordBefore().length;
    this.field.setRangeText(`${id} `, start, end, "end");
    this.propose();
    this.field.focus();
    this.p.onType?.(this.value);
  }

  proposalsView() {
    if (this.proposals.length === 0) return nothing;
    return html`<ul class="proposals" id=${this.listId} role="listbox" aria-label=${t("mention")}>${this.proposals.map(({ id, name, all }, i) => html`
      <li role="option" id=${`${this.listId}-${i}`} aria-selected=${i === this.chosen} data-testid="proposal" @pointerdown=${e => { e.preventDefault(); this.insert(id); }}>
        ${avatar(id, { name, size: "small", group: all })}<span>${name}</span>${name === id ? nothing : html`<small>@${id}</small>`}</li>`)}</ul>`;
  }
}
