// Where an agent writes: replies and notes, with a draft of each for every session, and canned replies at a /.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { Composer } from "/shared/composer.js";
import { t } from "/shared/i18n.js";
import { icon } from "./icons.js";
import { visitorName } from "./inbox.js";

const roomy = matchMedia("(width > 780px)");
const most = 8; // canned replies that are offered at a time

export class Writer {
  mode = "reply";
  modes = [];
  offered = [];
  #drafts = new Map(); // session and mode → text

  constructor(app, desk) {
    this.app = app;
    this.desk = desk;
    this.composer = new Composer();
    this.composer.element.addEventListener("keydown", e => this.key(e), { capture: true });
    this.composer.element.addEventListener("beforeinput", e => this.before(e), { capture: true });
    this.composer.element.id = "writing";
    this.composer.element.addEventListener("focusout", () => this.offer([]));
  }

  enter(room) {
    this.room = room;
    this.modes = [];
    this.#turn("reply");
    this.offered = [];
  }

  leave() {
    if (!this.room) return;
    this.keep();
    this.room = undefined;
  }

  get draft() { return `${this.room.id} ${this.mode}`; }
  keep() { this.#put(this.draft, this.composer.value); }
  #put(draft, text) { if (text) this.#drafts.set(draft, text); else this.#drafts.delete(draft); }
  focus() { this.composer.focus(); }

  write(mode) {
    if (!this.modes.includes(mode)) return;
    this.keep();
    this.#turn(mode);
    this.app.draw();
    this.focus();
  }

  // turn shows the draft of a mode.
  #turn(mode) {
    this.mode = mode;
    this.composer.value = this.#drafts.get(this.draft) ?? "";
  }

  // What may be written changes by itself too. Each mode keeps its own text then: a note never stands in the
  // reply's place.
  draw(room, modes) {
    this.modes = modes;
    if (modes.length === 0) return;
    if (!modes.includes(this.mode)) {
      this.keep();
      this.#turn(modes[0]);
    }
    const note = this.mode === "note";
    this.composer.update({
      placeholder: note ? t("noteTo") : roomy.matches ? `${t("replyTo", visitorName(room.session))} — ${t("slashHint")}` : t("slashHint"),
      onSend: text => { this.send(text); }, onType: text => this.typed(text),
    });
  }

  send(text) {
    const { room, mode } = this;
    const conv = room.session.conv_id;
    this.#drafts.delete(this.draft);
    this.offer([]);
    if (mode === "note") return this.note(text);
    try {
      this.app.client.send({ conv }, text);
    } catch (error) {
      this.app.attempt(() => { throw error; });
      queueMicrotask(() => { this.composer.value = text; });
    }
  }

  // A note that isn't taken goes back to where it was written, and nowhere else: what stands in the reply's
  // place is one Enter away from the visitor.
  async note(text) {
    const { room, draft } = this;
    if (await this.app.attempt(() => this.app.client.http("POST", `/desk/sessions/${room.id}/notes`, { text }))) return;
    const back = later => later ? `${text}\n${later}` : text;
    if (this.room && this.draft === draft) this.composer.value = back(this.composer.value);
    else this.#drafts.set(draft, back(this.#drafts.get(draft)));
  }

  typed(text) {
    if (this.mode === "reply" && text !== "") this.app.client.typing({ conv: this.room.session.conv_id });
    const sought = this.sought();
    this.offer(sought === undefined ? [] : this.matching(sought.toLowerCase()), sought);
  }

  // sought is what stands between a / and the cursor.
  sought() {
    const { field } = this.composer;
    return field.value.slice(0, field.selectionStart).match(/(?:^|\s)\/(\S*)$/)?.[1];
  }

  matching(sought) {
    const { skill } = this.room.session;
    const fits = r => (!r.skill || r.skill === skill) && (r.title.toLowerCase().includes(sought) || (sought !== "" && r.text.toLowerCase().includes(sought)));
    const first = r => r.title.toLowerCase().startsWith(sought) ? 0 : 1;
    return this.desk.replies.filter(fits).sort((a, b) => first(a) - first(b)).slice(0, most);
  }

  offer(list, sought) {
    this.offered = list;
    this.none = sought !== undefined && list.length === 0;
    this.chosen = 0;
    this.point();
    this.app.draw();
  }

  // point tells who listens to the screen which of the offers Enter takes; the focus stays where one writes.
  point() {
    const { field } = this.composer;
    const open = this.offered.length > 0;
    field.toggleAttribute("aria-controls", open);
    field.toggleAttribute("aria-activedescendant", open);
    if (!open) return;
    field.setAttribute("aria-controls", "offers");
    field.setAttribute("aria-activedescendant", `offer-${this.chosen}`);
  }

  // before catches the Enter of keyboards on a screen, which don't tell by a key what they do.
  before(e) {
    const took = this.took;
    this.took = false;
    if (e.inputType !== "insertLineBreak" || e.isComposing || !took && this.offered.length === 0) return;
    if (!took) this.insert(this.offered[this.chosen]);
    e.preventDefault();
    e.stopPropagation();
  }

  key(e) {
    this.took = false;
    if (this.offered.length === 0 || e.isComposing) return;
    const n = this.offered.length;
    switch (e.key) {
      case "ArrowDown": this.chosen = (this.chosen + 1) % n; break;
      case "ArrowUp": this.chosen = (this.chosen + n - 1) % n; break;
      case "Enter": case "Tab": this.insert(this.offered[this.chosen]); break;
      case "Escape": this.offer([]); break;
      default: return;
    }
    e.preventDefault();
    e.stopPropagation();
    this.took = e.key === "Enter";
    this.point();
    this.app.draw();
  }

  insert(reply) {
    const { field } = this.composer;
    const end = field.selectionStart;
    field.setRangeText(reply.text, end - this.sought().length - 1, end, "end");
    this.composer.grow();
    this.offer([]);
    this.focus();
  }

  view() {
    const tab = (mode, sign, label) => this.modes.includes(mode) ? html`<button type="button" role="tab" aria-selected=${this.mode === mode} aria-controls="writing" data-testid="mode-${mode}"
      @click=${() => this.write(mode)}>${icon(sign)}${t(label)}</button>` : nothing;
    return html`<div class="writer ${this.mode}" data-testid="writer">
      ${this.offersView()}
      <div class="modes" role="tablist">${tab("reply", "reply", "replyTab")}${tab("note", "lock", "note")}</div>
      ${this.composer.element}
    </div>`;
  }

  offersView() {
    if (this.offered.length === 0) return this.none && this.desk.replies.length ? html`<p class="offers none quiet small">${t("noReplies")}</p>` : nothing;
    return html`<ul class="offers" id="offers" role="listbox" aria-label=${t("replies")}>${this.offered.map((r, i) => html`
      <li role="option" id="offer-${i}" aria-selected=${i === this.chosen} data-testid="offer" @pointerdown=${e => { e.preventDefault(); this.insert(r); }}>
        <b>/${r.title}</b><span class="ellipsis">${r.text}</span></li>`)}</ul>`;
  }
}
