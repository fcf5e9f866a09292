// A thread of messages in an element of its own. The page calls update(properties) after every change;
// what is in sight keeps its place, unless it was the end: then the end stays in sight.
//
// Properties: key (of the conversation), items (of entries.js, in order; what isn't stored yet has a state),
// me, nameOf(id), names (show who speaks), hasMore, loading, empty (a text), divider (the unread line stands
// before the first message of others behind this place), unseen (a number for the button to the newest),
// typing (a text), tick(m), quote(m), actions(m), pendingActions(m), and what to call: onOlder(), onSeen(place),
// onReact(m, emoji), onReply(m), onQuote(m), onNewest(). Long threads are drawn faster with rights, a text that is
// another one whenever something else has changed that the functions go by: what is as it was isn't drawn again.

import { html, nothing, render } from "/lib/lit-html/lit-html.js";
import { guard } from "/lib/lit-html/directives/guard.js";
import { repeat } from "/lib/lit-html/directives/repeat.js";
import { isErased } from "./entries.js";
import { eventText } from "./events.js";
import { plainText } from "./content.js";
import { icon } from "./icons.js";
import { messageView, openActions } from "./message.js";
import { Place } from "./place.js";
import { dayName, startOfDay } from "./text.js";
import { language, t } from "./i18n.js";

const run = 5 * 60_000; // messages of one sender that are closer than this stand together
const near = 800;       // pixels from the top at which older messages are asked for

export class Thread {
  constructor() {
    this.element = document.createElement("div");
    this.element.className = "thread";
    render(html`<div class="scroller" tabindex="0" data-testid="scroller"></div><div class="over"></div>`, this.element);
    [this.scroller, this.over] = this.element.children;
    this.place = new Place(this.scroller, () => this.moved());
    this.scroller.addEventListener("keydown", e => this.key(e));
    this.p = {};
  }

  update(p) {
    const opened = p.key !== this.p.key;
    const sent = !opened && justSent(p) && justSent(p) !== justSent(this.p);
    this.p = p;
    if (opened || sent) this.place.toEnd();
    this.place.keep(() => render(this.rows(), this.scroller));
    if (opened) this.place.showLine(this.scroller.querySelector(".divider"));
    this.moved();
  }

  rows() {
    const { p } = this;
    return html`
      <div class="older">${p.loading ? html`<span class="spinner" role="status" aria-label=${t("loading")}></span>` : nothing}</div>
      ${p.items.length === 0 && !p.loading && p.empty ? html`<p class="empty">${p.empty}</p>` : nothing}
      <ol class="rows" aria-label=${t("messages")}>${repeat(rowsOf(p), row => row.key, row => rowView(row, p))}</ol>
      <div class="unseen" role="log">${newest(p)}</div>
      <div class="typing" role="status" data-testid="typing">${p.typing ? html`<i></i><i></i><i></i><span>${p.typing}</span>` : nothing}</div>`;
  }

  // moved is called after every change of what is in sight.
  moved() {
    const { p, place } = this;
    render(place.atEnd ? nothing : html`<button type="button" class="newest" data-testid="newest" aria-label=${t("toNewest")} title=${t("toNewest")}
      @click=${() => { place.toEnd(); this.moved(); p.onNewest?.(); }}>${icon("down")}${p.unseen ? html`<span class="badge">${p.unseen}</span>` : nothing}</button>`, this.over);
    if (p.hasMore && !p.loading && this.scroller.clientHeight > 0 && this.scroller.scrollTop < near) p.onOlder?.();
    const seen = place.lastSeen();
    if (seen) p.onSeen?.(Number(seen));
  }

  toEnd() { this.place.toEnd(); }

  // reveal shows the message at a place and sets it off for a moment; false if it isn't drawn.
  reveal(place) {
    const row = this.scroller.querySelector(`[data-place="${place}"]`);
    if (!row) return false;
    this.place.show(row);
    row.classList.remove("revealed");
    requestAnimationFrame(() => row.classList.add("revealed"));
    return true;
  }

  // The arrows go from message to message, Enter opens what can be done with one.
  key(e) {
    const at = document.activeElement?.closest?.(".row");
    if (e.key === "Enter" && at && document.activeElement === at) return this.open(at, e);
    if (e.key !== "ArrowUp" && e.key !== "ArrowDown") return;
    const rows = [...this.scroller.querySelectorAll(".row[tabindex]")];
    const to = at ? rows[rows.indexOf(at) + (e.key === "ArrowUp" ? -1 : 1)] : e.key === "ArrowUp" && rows.at(-1);
    if (!to) return;
    e.preventDefault();
    to.focus();
  }

  open(row, e) {
    const m = this.p.items.find(item => item.key === row.dataset.key);
    if (!m || m.state || !this.p.actions?.(m).length) return;
    e.preventDefault();
    openActions(row, m, this.p);
  }
}

// justSent names the newest message if it waits to be stored: writing brings the end into sight.
const justSent = ({ items }) => items.at(-1)?.state && items.at(-1).key;

// newest is read out where a screen is listened to: older ones that come by scrolling aren't.
function newest({ items, me, nameOf }) {
  const last = items.at(-1);
  return last?.kind === "message" && last.from !== me ? `${nameOf(last.from)}: ${plainText(last)}` : nothing;
}

// rowsOf puts day lines and the unread line between the items.
function rowsOf({ items, divider, me }) {
  const rows = [];
  const days = items.map(item => startOfDay(item.time));
  let before, divided = !divider;
  for (const [i, item] of items.entries()) {
    const newDay = days[i] !== days[i - 1];
    if (newDay) rows.push({ kind: "day", key: `d${item.key}`, time: item.time });
    const line = !divided && item.kind === "message" && item.place > divider && item.from !== me;
    if (line) rows.push({ kind: "divider", key: "divider" });
    divided ||= line;
    const after = items[i + 1];
    rows.push({
      kind: item.kind, key: item.key, item,
      first: newDay || line || !together(before, item), last: !after || !together(item, after) || days[i] !== days[i + 1],
    });
    before = item;
  }
  return rows;
}

const together = (a, b) => a?.kind === "message" && b.kind === "message" && a.from === b.from && b.time - a.time < run;

function rowView(row, p) {
  switch (row.kind) {
    case "day": return html`<li class="day"><span>${dayName(row.time)}</span></li>`;
    case "divider": return html`<li class="divider" data-testid="divider"><span>${t("unreadLine")}</span></li>`;
    case "event": {
      const text = eventText(row.item.entry, p.nameOf);
      return html`<li class="row event" data-key=${row.key} data-place=${row.item.place}>${text ? html`<span>${text}</span>` : nothing}</li>`;
    }
  }
  return html`<li class="row ${row.first ? "first" : ""}" tabindex="-1" data-key=${row.key} data-place=${row.item.place ?? nothing} data-testid="message"
    data-own=${row.item.from === p.me}>${p.rights === undefined ? messageView(row.item, row, p) : guard(dependencies(row, p), () => messageView(row.item, row, p))}</li>`;
}

// dependencies are all that a message's looks go by.
function dependencies({ item: m, first, last }, p) {
  const quote = m.reply && p.quote?.(m);
  return [m, m.version, isErased(m), m.state ?? (m.from === p.me && p.tick?.(m)), m.tried, first, last, quote?.from, quote?.text, p.rights, language()];
}
