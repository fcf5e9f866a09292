// The session that is looked at: its head, what was said, the field to write in or what else can be done
// with it, and the details beside it.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { avatar } from "/shared/avatar.js";
import { textOf } from "/shared/content.js";
import { t } from "/shared/i18n.js";
import { Thread } from "/shared/thread.js";
import { toast } from "/shared/toast.js";
import { closeDialog } from "./close.js";
import { detailsView, loadFormer } from "./details.js";
import { turnSince, waitedOf } from "./desk.js";
import { icon } from "./icons.js";
import { reasonWord, stateWord, visitorName } from "./inbox.js";
import { since, span } from "./time.js";
import { transferDialog } from "./transfer.js";
import { Writer } from "./writer.js";

const wide = matchMedia("(width > 1180px)");
const recallFor = 110_000; // ms, a little less than the server's 2 min

export class RoomView {
  details = wide.matches;

  constructor(app, desk) {
    this.app = app;
    this.desk = desk;
    this.thread = new Thread();
    this.writer = new Writer(app, desk);
  }

  get room() { return this.desk.current && this.desk.room(this.desk.current); }

  async show(id) {
    this.writer.leave();
    if (!id) return;
    if (!wide.matches) this.details = false;
    const room = this.desk.open(id);
    this.writer.enter(room);
    await room.open();
    if (this.room !== room) return; // looked elsewhere by now
    room.shown();
    loadFormer(this.desk, room);
    this.app.draw();
    if (room.live && !matchMedia("(pointer: coarse)").matches) queueMicrotask(() => this.writer.focus());
  }

  write(mode) { if (this.room) this.writer.write(mode); }
  toggleDetails() { this.details = !this.details; this.app.draw(); }

  async claim(id) {
    if (this.claiming) return;
    this.claiming = true;
    const session = await this.app.attempt(() => this.app.client.http("POST", `/desk/sessions/${id}/claim`));
    this.claiming = false;
    this.desk.soon("queue", () => this.desk.loadQueue());
    if (!session) return;
    this.desk.take(session);
    await this.desk.loadMine();
    this.app.go("inbox", id);
  }

  async watch(mode) {
    const { id } = this.room;
    const call = mode ? () => this.app.client.http("POST", `/desk/sessions/${id}/watch`, { mode }) : () => this.app.client.http("DELETE", `/desk/sessions/${id}/watch`);
    if (await this.app.attempt(call)) await this.desk.refresh(id);
    if (mode === "take_over") { await this.desk.loadMine(); this.desk.loadOthers(); }
  }

  // draw brings the thread up to date; the rest is the template's.
  draw() {
    const { room } = this;
    const s = room?.session;
    if (!s) return;
    this.thread.element.style.setProperty("--note", JSON.stringify(`${t("internal")} · ${t("onlyTeam")}`));
    const read = room.readUpTo;
    const names = [visitorName(s), ...room.people, ...this.desk.agents.map(a => [a.user_id, a.name])];
    this.thread.update({
      key: `${room.id} ${room.live}`, items: room.items().map(asTold), me: this.desk.me.user_id, nameOf: id => this.nameOf(id), names: true, rights: `${room.live} ${names}`,
      hasMore: room.hasMore, loading: room.loading, empty: room.failed ? t("failedLoad") : room.way ? t("noneYet") : "",
      typing: room.typing?.until > Date.now() ? t("typing", this.nameOf(room.typing.from)) : "",
      tick: m => m.note ? undefined : m.seq <= read ? "read" : "sent",
      actions: m => this.actions(m), pendingActions: m => this.pendingActions(m), onOlder: () => room.older(),
    });
    if (this.thread.place.atEnd) room.seen();
    this.writer.draw(room, this.modes(room));
  }

  nameOf(id) {
    const { session: s, people } = this.room;
    if (id === s.visitor_id) return visitorName(s);
    const known = this.desk.agents.some(a => a.user_id === id) || id === this.desk.me.user_id;
    return known ? this.desk.nameOf(id) : people.get(id) || (id === "system" ? t("system") : id);
  }

  actions(m) {
    const own = m.from === this.desk.me.user_id && !m.recalled;
    const text = textOf(m.content);
    return [
      text && { label: t("copyText"), icon: "copy", key: "copy", run: () => this.app.attempt(() => navigator.clipboard.writeText(text), t("copied")) },
      own && this.room.live && Date.now() - m.time < recallFor && { label: t("recallIt"), icon: "hide", danger: true, key: "recall", run: () => this.app.attempt(() => this.app.client.recall(m.id)) },
    ].filter(Boolean);
  }

  pendingActions(m) {
    const { room } = this;
    const drop = () => { room.pending = room.pending.filter(item => item.cid !== m.key); this.app.draw(); };
    if (m.state === "failed") return [{ key: "drop", label: t("remove"), run: drop }];
    return m.state === "queued" ? [{ key: "cancel", label: t("cancel"), run: () => { if (this.app.client.cancel(m.key)) drop(); } }] : [];
  }

  // joined: the visitor knows that this supervisor is there.
  get joined() {
    const { me } = this.desk;
    const last = this.room.log.items().findLast(i => i.kind === "event" && ["joined", "left"].includes(i.entry.event) && i.entry.user_id === me.user_id);
    return this.room.isWatched && last?.entry.event === "joined";
  }

  // modes are what may be written: replies to the visitor, and notes.
  modes(room) {
    if (room.session.state === "closed" || room.session.gone) return [];
    if (room.isMine || this.joined) return ["reply", "note"];
    return this.desk.supervises && room.mayServe ? ["note"] : [];
  }

  view() {
    const { room, app } = this;
    const s = room.session;
    if (!s) return html`<section class="room"><header class="room-head">${this.backView()}</header>
      <p class="empty">${room.failed ? t("failedLoad") : html`<span class="spinner"></span>`}</p></section>`;
    return html`<section class="room ${room.live ? "" : "read-only"}" aria-label=${visitorName(s)} data-testid="room" data-session=${s.session_id} data-state=${s.gone ? "gone" : s.state}>
      ${this.headView(room, s)}
      <div class="room-body">
        <div class="talk">${this.thread.element}${this.statusView(room, s)}${this.modes(room).length ? this.writer.view() : nothing}</div>
        ${this.details ? detailsView(app, room, this) : nothing}
      </div>
    </section>`;
  }

  backView() {
    return html`<a class="icon-button button-link back" href="#${this.app.page}" aria-label=${t("goBack")} data-testid="back">${icon("back")}</a>`;
  }

  headView(room, s) {
    return html`<header class="room-head">
      ${this.backView()}
      ${avatar(s.visitor_id, { name: visitorName(s) })}
      <div class="grow"><h2 class="ellipsis">${visitorName(s)}</h2><p class="quiet small ellipsis">${headLine(s, room.isMine)}</p></div>
      ${room.mayEnd ? html`<button type="button" class="act" data-testid="transfer" title="${t("transfer")} (T)" @click=${() => transferDialog(this.app, s.session_id)}>${icon("transfer")}<span>${t("transfer")}</span></button>
      <button type="button" class="act" data-testid="close" title="${t("closeSession")} (C)" @click=${() => closeDialog(this.app, s.session_id)}>${icon("check")}<span>${t("closeSession")}</span></button>` : nothing}
      <button type="button" class="icon-button" data-testid="details" aria-pressed=${this.details} aria-label=${t("details")} title="${t("details")} (D)" @click=${() => this.toggleDetails()}>${icon("info")}</button>
    </header>`;
  }

  // statusView says why nobody writes here, or that one only looks in, and what can be done about it.
  statusView(room, s) {
    if (room.isMine) return nothing;
    const buttons = [];
    const button = (key, run, kind = "") => buttons.push(html`<button type="button" class="small ${kind}" data-testid=${key} title=${t(`${key}Hint`)} @click=${run}>${t(key)}</button>`);
    let text = "";
    if (s.gone) text = t("transferred");
    else if (s.state === "closed") text = t("isOver", s.reason && t(reasonWord(s.reason)));
    else if (s.state === "queued" || s.state === "offline") {
      text = t("nobodyHas");
      button("claim", () => this.claim(s.session_id), "primary");
    } else text = t("notYours", this.desk.nameOf(s.agent_id));
    if (this.desk.supervises && !s.gone && s.state !== "closed") {
      if (this.joined) text = t("joinedIn"); else if (room.isWatched) text = t("looking");
      if (!room.isWatched) button("look", () => this.watch("look"));
      if (!this.joined) button("join", () => this.watch("join"));
      if (s.agent_id) button("takeOver", () => this.watch("take_over"));
      if (room.isWatched) button(this.joined ? "leaveSession" : "stopLooking", () => this.watch());
    }
    return html`<div class="status-bar ${room.isWatched ? "looking" : ""}" role="status" data-testid="status-bar">${room.isWatched && !this.joined ? icon("eye") : nothing}<span class="grow">${text}</span>${buttons}</div>`;
  }

  copyID(id) { navigator.clipboard.writeText(id).then(() => toast(t("copied")), () => {}); }
}

function headLine(s, mine) {
  const parts = [t(stateWord(s))];
  if (s.gone) return s.subject ? `${parts[0]} · ${s.subject}` : parts[0];
  if (s.state === "queued") parts.push(t("position", s.position ?? 1), t("waitingSince", span(waitedOf(s))));
  else if (s.state === "assigned" || s.state === "active") parts.push(t(s.turn !== "agent" ? "theirTurn" : mine ? "yourTurn" : "agentTurn", span(since(turnSince(s)))));
  if (s.subject) parts.push(s.subject);
  return parts.join(" · ");
}

// asTold puts into the team's words what the shared ones say for visitors.
function asTold(item) {
  if (item.kind !== "event" || item.entry.type !== "session") return item;
  const e = item.entry;
  const say = text => ({ ...item, entry: { ...e, event: "warned", text } });
  switch (e.event) {
    case "closed": return say(t("evClosed", e.reason ? t(reasonWord(e.reason)) : e.text ?? ""));
    case "warned": return say(t("evWarned"));
    case "offline": return say(t("evOffline"));
    case "transferred": return e.reason === "unanswered" ? say(t("unansweredBy", e.agent_name || e.agent_id)) : item;
  }
  return item;
}
