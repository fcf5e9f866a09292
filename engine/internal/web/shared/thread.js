// A thread of messages in an element of its own. The page calls update(properties) after every change;
// what is in sight keeps its place, unless it was the end: then the end stays in sight.
//
// Properties: key (of the conversation), items (of entries.js, in order; what isn't stored yet has a state),
// me, nameOf(id), names (show who speaks), hasMore, loading, empty (a text), divider (the unread line stands
// before the first message of others behind this place), unseen (a number for the button to the newest),
// typing (a text), tick(m), quote(m), actions(m), pendingActions(m), and what to call: onOlder(), onSeen(place),
// onReact(m, emoji), onReply(m), onQuote(m), onNewest(). classOf(m) may give a class for a message's row. Threads are drawn faster with rights, a text that is
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
import { Span } from "./span.js";
import { dayName, startOfDay } from "./text.js";
import { language, t } from "./i18n.js";

const run = 5 * 60_000; // messages of one sender that are closer than this stand together
const near = 800;       // pixels from where what is drawn ends, at which more is

export class Thread {
  constructor() {
    this.element = document.createElement("div");
    this.element.className = "thread";
    render(html`<div class="scroller" tabindex="0" data-testid="scroller"></div><div class="over"></div>`, this.element);
    [this.scroller, this.over] = this.element.children;
    this.place = new Place(this.scroller, () => this.moved());
    this.scroller.addEventListener("keydown", e => this.key(e));
    this.span = new Span();
    this.p = { items: [] };
  }

  update(p) {
    const opened = p.key !== this.p.key;
    const sent = !opened && justSent(p) && justSent(p) !== justSent(this.p);
    this.p = p;
    if (opened || sent) this.place.toEnd();
    if (opened) this.begin(unreadLine(p));
    this.draw();
    if (opened) this.place.showLine(this.scroller.querySelector(".divider"));
    this.moved();
  }

  // begin draws the end of another thread, or from the unread line on, if that is far away.
  begin(line) {
    const { items } = this.p;
    this.span.reset();
    this.span.fit(items, true);
    if (line >= 0 && !this.span.has(line)) this.goTo(line);
  }

  goTo(index) {
    this.place.atEnd = false;
    this.span.around(this.p.items, index);
  }

  draw() {
    const { place, span, p } = this;
    span.fit(p.items, place.atEnd);
    place.below = span.high < p.items.length;
    place.keep(() => render(this.rows(), this.scroller));
  }

  rows() {
    const { p } = this;
    return html`
      <div class="older">${p.loading ? html`<span class="spinner" role="status" aria-label=${t("loading")}></span>` : nothing}</div>
      ${p.items.length === 0 && !p.loading && p.empty ? html`<p class="empty">${p.empty}</p>` : nothing}
      <ol class="rows" aria-label=${t("messages")}>${repeat(rowsOf(p, this.span), row => row.key, row => rowView(row, p))}</ol>
      <div class="unseen" role="log">${newest(p)}</div>
      <div class="typing" role="status" data-testid="typing">${p.typing ? html`<i></i><i></i><i></i><span>${p.typing}</span>` : nothing}</div>`;
  }

  // moved is called after every change of what is in sight.
  moved() {
    const { p, place } = this;
    if (this.shift()) this.draw();
    render(place.atEnd ? nothing : html`<button type="button" class="newest" data-testid="newest" aria-label=${t("toNewest")} title=${t("toNewest")}
      @click=${() => this.toEnd()}>${icon("down")}${p.unseen ? html`<span class="badge">${p.unseen}</span>` : nothing}</button>`, this.over);
    if (p.hasMore && !p.loading && this.span.low === 0 && this.nearTop()) p.onOlder?.();
    const seen = place.lastSeen();
    if (seen) p.onSeen?.(Number(seen));
  }

  nearTop() { return this.scroller.clientHeight > 0 && this.scroller.scrollTop < near; }

  // shift moves what is drawn along with what is in sight; false if that is far enough from its ends.
  shift() {
    const { place, span, scroller, p } = this;
    if (scroller.clientHeight === 0) return false;
    const nearBottom = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < near;
    if (this.nearTop() && span.low > 0) {
      if (place.atEnd) span.widen(); else span.up(p.items);
    } else if (nearBottom && place.below) span.down(p.items);
    else return false;
    return true;
  }

  toEnd() {
    this.place.toEnd();
    this.draw();
    this.moved();
    this.p.onNewest?.();
  }

  // reveal shows the message at a place and sets it off for a moment; false if it isn't among the items.
  reveal(place) {
    const index = this.p.items.findIndex(item => item.place === place);
    if (index < 0) return false;
    if (!this.span.has(index)) {
      this.goTo(index);
      this.draw();
    }
    const row = this.scroller.querySelector(`[data-place="${place}"]`);
    this.place.show(row);
    row.focus({ preventScroll: true });
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

// unreadLine is the index of the first message that the unread line stands before; -1, if there is none.
const unreadLine = ({ items, divider, me }) =>
  divider ? items.findIndex(item => item.kind === "message" && item.place > divider && item.from !== me) : -1;

// rowsOf puts day lines and the unread line between the items that are drawn.
function rowsOf(p, { low, high }) {
  const { items } = p;
  const rows = [];
  const line = unreadLine(p);
  const days = items.slice(low, high + 1).map(item => startOfDay(item.time));
  for (let i = low; i < high; i++) {
    const [before, item, after] = [items[i - 1], items[i], items[i + 1]];
    const day = days[i - low];
    const newDay = !before || (i > low ? days[i - low - 1] : startOfDay(before.time)) !== day;
    if (newDay) rows.push({ kind: "day", key: `d${item.key}`, time: item.time });
    if (i === line) rows.push({ kind: "divider", key: "divider" });
    rows.push({
      kind: item.kind, key: item.key, item,
      first: newDay || i === line || !together(before, item), last: !after || !together(item, after) || days[i - low + 1] !== day,
    });
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
  return html`<li class="row ${row.first ? "first" : ""} ${p.classOf?.(row.item) ?? ""}" tabindex="-1" data-key=${row.key} data-place=${row.item.place ?? nothing} data-testid="message"
    data-own=${row.item.from === p.me}>${p.rights === undefined ? messageView(row.item, row, p) : guard(dependencies(row, p), () => messageView(row.item, row, p))}</li>`;
}

// dependencies are all that a message's looks go by.
function dependencies({ item: m, first, last }, p) {
  const quote = m.reply && p.quote?.(m);
  return [m, m.version, isErased(m), m.state ?? (m.from === p.me && p.tick?.(m)), m.tried, first, last, quote?.from, quote?.text, p.rights, language()];
}
