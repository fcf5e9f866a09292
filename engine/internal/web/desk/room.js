// One session on the screen: what was said, with the notes of the team between. Who is in the session
// has its live log; of others the transcript is read.

import { Log, placeOf } from "/shared/entries.js";
import { errorText } from "/shared/errors.js";
import { isNotes } from "./desk.js";

const pageSize = 50;
const transcriptPage = 1000;
const readDelay = 300;
const typingFor = 5000;
const reread = 5_000; // how often the transcript of a session of somebody else is read anew

export class Room {
  log = new Log();
  notes = new Log();
  pending = [];    // sends without an answer
  hasMore = false;
  loading = false;
  draft = "";
  visitorRead = 0;
  people = new Map(); // names of who speaks, by id, from the transcript
  #told = new Map();
  #read = new Map();  // what the transcript has had, to tell what is new
  #page = undefined;  // where its last page begins
  #copies = new WeakMap();

  constructor(desk, id) {
    this.desk = desk;
    this.id = id;
  }

  get session() { return this.desk.sessions.get(this.id); }
  get isMine() { const s = this.session; return s?.agent_id === this.desk.me.user_id && isServed(s) && !s.gone; }
  get isWatched() { return Boolean(this.session?.watchers?.includes(this.desk.me.user_id)) && this.session.state !== "closed"; }
  // wasMine: who has closed a session may still tag it.
  get wasMine() { const s = this.session; return s?.agent_id === this.desk.me.user_id && s.state === "closed"; }
  // live: the conversation is ours, to read as it goes on.
  get live() { return this.isMine || this.isWatched; }
  get mayServe() { return Boolean(this.session) && (this.isMine || this.wasMine || (this.desk.supervises && this.session.visitor_id !== this.desk.me.user_id)); }
  // mayEnd: to close it or to hand it over.
  get mayEnd() { return this.mayServe && this.session.state !== "closed" && !this.session.gone; }

  // open loads what was said, once. What fails is tried again while it is looked at.
  async open() {
    try {
      if (!this.session) await this.desk.refresh(this.id);
      this.failed = this.session ? undefined : { code: 404 };
    } catch (error) {
      this.failed = error;
    }
    if (this.failed) this.#again(); else this.refresh();
  }

  // refresh looks whether there is another way to the log now, and fills what it lacks.
  refresh() {
    const s = this.session;
    if (!s || this.loading || s.gone && this.way) return;
    const way = this.live ? "live" : `read ${s.state}`;
    const staff = s.staff_conv_id ?? "";
    if (way !== this.way) this.#load(way, staff);
    else if (this.live && staff !== this.staff) this.#load(way, staff);
  }

  async #load(way, staff) {
    this.loading = true;
    this.desk.on.changed();
    try {
      if (way === "live") await this.#loadLive(staff); else await this.#loadTranscript();
      [this.way, this.staff, this.failed] = [way, staff, undefined];
    } catch (error) {
      [this.way, this.failed] = [undefined, error];
    }
    this.loading = false;
    this.desk.on.changed();
    if (!this.failed) this.refresh(); // for what has changed meanwhile
    if (this.failed || way !== "live" && this.session.state !== "closed") this.desk.soon(`reread ${this.id}`, () => this.#again());
  }

  async #loadLive(staff) {
    const { conv_id: conv } = this.session;
    const [page, notes] = await Promise.all([
      this.desk.client.history(conv, { limit: pageSize }),
      staff ? this.desk.client.history(staff, { limit: 100 }) : { messages: [] },
    ]);
    for (const e of page.messages) this.log.add(e);
    for (const e of notes.messages) this.notes.add(e);
    this.hasMore = page.has_more;
    this.pending = [...this.pending.filter(item => item.failed), ...this.desk.client.outbox().filter(item => item.conv_id === conv)];
  }

  // Of a transcript that was read before only the last page is asked for.
  async #loadTranscript() {
    let after = this.#page;
    do {
      const page = await this.desk.get(`/desk/sessions/${this.id}/transcript`, { limit: transcriptPage, after });
      for (const { note, entry } of page.entries) this.#take(note ? this.notes : this.log, entry);
      for (const p of page.people) this.people.set(p.user_id, p.name);
      this.#page = after;
      after = page.next;
    } while (after);
    this.hasMore = false;
  }

  // take adds what wasn't there in the same words: what is added again counts as changed, and is drawn anew.
  #take(log, entry) {
    const place = `${entry.conv_id} ${placeOf(entry)}`;
    const text = JSON.stringify(entry);
    if (this.#read.get(place) === text) return;
    this.#read.set(place, text);
    log.add(entry);
  }

  // again reads on in a session that isn't ours while it is looked at, and tries again what failed.
  #again() {
    clearTimeout(this.timer);
    if ([403, 404].includes(this.failed?.code)) return;
    this.timer = setTimeout(async () => {
      if (this.desk.current !== this.id || document.hidden) return;
      if (this.failed) return this.open();
      if (this.live) return;
      await this.desk.refresh(this.id).catch(() => {});
      if (!this.live && !this.session.gone) await this.#load(this.way, this.staff);
    }, reread);
  }

  // shown is called when the room comes into sight.
  shown() {
    if (!this.live && this.way && this.session?.state !== "closed") this.#again();
  }

  async older() {
    if (!this.hasMore || this.loading) return;
    this.loading = true;
    try {
      const first = this.log.items()[0]?.place;
      const page = await this.desk.client.history(this.session.conv_id, { limit: pageSize, before: first });
      for (const e of page.messages) this.log.add(e);
      this.hasMore = page.has_more;
    } finally {
      this.loading = false;
      this.desk.on.changed();
    }
  }

  add(e) {
    (isNotes(e.conv_id) ? this.notes : this.log).add(e, e.cid);
    this.pending = this.pending.filter(item => item.cid !== e.cid);
    if (e.type === "chat" && e.from === this.typing?.from) this.typing = undefined;
    if (e.type === "edit" && !("content" in e)) this.#readAnew(e);
  }

  async #readAnew(e) {
    const m = await this.desk.client.message(e.conv_id, e.seq);
    if (m) this.add(m);
    this.desk.on.changed();
  }

  outbox(name, n) {
    if (name === "sending" && !this.pending.some(item => item.cid === n.cid)) this.pending.push(n);
    if (name === "failed" && n.error.reason === "cancelled") this.pending = this.pending.filter(item => item.cid !== n.cid);
    else if (name === "failed") this.pending = this.pending.map(item => item.cid === n.cid ? { ...item, failed: n.error } : item);
    if (name === "sent") this.pending = this.pending.map(item => item.cid === n.cid ? { ...item, sent: n } : item);
  }

  wasRead({ user_id: user, seq }) {
    if (user === this.session?.visitor_id) this.visitorRead = Math.max(this.visitorRead, seq);
    this.desk.on.changed();
  }

  // Who writes has read what was there before.
  get readUpTo() {
    const last = this.log.items().findLast(item => this.#ofVisitor(item).from === this.session.visitor_id);
    return Math.max(this.visitorRead, last?.place ?? 0);
  }

  types({ from }) {
    this.typing = { from, until: Date.now() + typingFor };
    setTimeout(() => this.desk.on.changed(), typingFor + 50);
    this.desk.on.changed();
  }

  // seen says what has been in sight as read, to the server a moment later.
  seen() {
    if (!this.live || document.hidden) return;
    for (const [conv, log] of [[this.session.conv_id, this.log], [`${this.session.conv_id}.staff`, this.notes]]) {
      if (log.newest <= (this.#told.get(conv) ?? 0) || !this.desk.unread.get(conv)) continue;
      this.#told.set(conv, log.newest);
      setTimeout(() => this.#tell(conv), readDelay);
    }
  }

  async #tell(conv) {
    try {
      await this.desk.client.read(conv, this.#told.get(conv));
      this.desk.unread.delete(conv);
      this.desk.on.changed();
    } catch { this.#told.delete(conv); }
  }

  // What a visitor wrote before they were identified is still theirs.
  #ofVisitor(item) {
    const { visitor_id: visitor } = this.session;
    return item.from?.startsWith("visitor_") && item.from !== visitor ? this.#copy(item, { from: visitor }) : item;
  }

  // copy is a message with something about it changed; the same copy as long as the message is the same, so
  // that it isn't drawn anew.
  #copy(m, change) {
    const known = this.#copies.get(m);
    if (known && known.version === m.version && Object.keys(change).every(k => known[k] === change[k])) return known;
    const copy = { ...m, ...change };
    this.#copies.set(m, copy);
    return copy;
  }

  // items are messages, events, notes and what is on its way, in the order of time. A note's key tells it from
  // the others.
  items() {
    const said = this.log.items().map(item => this.#ofVisitor(item));
    const notes = this.notes.items().filter(item => item.kind === "message")
      .map(m => this.#copy(m, { key: `note-${m.key}`, place: undefined, note: true }));
    return merge(said, notes).concat(this.pending.map(item => ({
      kind: "message", key: item.cid, from: this.desk.me.user_id, time: item.time, content: item.content, reactions: new Map(),
      state: item.failed ? "failed" : item.sent ? "sent" : item.tried ? "sending" : "queued", error: item.failed && errorText(item.failed), item,
    })));
  }
}

export const isServed = s => s.state === "assigned" || s.state === "active";

// merge puts notes between what was said, by time, without touching the log's own order.
function merge(said, notes) {
  const all = [];
  let n = 0;
  for (const item of said) {
    while (n < notes.length && notes[n].time < item.time) all.push(notes[n++]);
    all.push(item);
  }
  return all.concat(notes.slice(n));
}
