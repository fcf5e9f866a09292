// The log of one conversation as a page shows it: entries go in, messages as they are now and events
// come out. The order in which entries come doesn't matter, and one that comes twice counts once.

// placeOf is an entry's own place in the log. The seq of a change is that of the message it is about.
export const placeOf = e => e.event_seq ?? e.seq;

const changes = { recall, edit, reaction };

export class Log {
  constructor() {
    this.clear();
  }

  // clear forgets everything, as after the server's return to an older backup.
  clear() {
    this.places = new Set();
    this.messages = new Map(); // seq → message, see newMessage
    this.events = new Map();   // place → event
    this.later = new Map();    // seq → changes to a message that isn't here
    this.applied = [];         // changes to messages that are here
    this.cids = new Set();     // of one's own sends that are here
    this.newest = 0;           // the largest place
    this.lastSeq = 0;          // the largest of a message
    this.sorted = null;
  }

  // add takes an entry in and tells whether it is new. cid is that of one's own send; it names the
  // item, so that a view can keep what it has drawn for it.
  add(e, cid) {
    const place = placeOf(e);
    if (!(place > 0)) return false;
    if (cid) this.cids.add(cid);
    if (e.type === "chat" && this.messages.has(e.seq)) return this.again(e);
    if (this.places.has(place)) return false;
    this.places.add(place);
    this.newest = Math.max(this.newest, place);
    if (e.type === "chat") this.addMessage(e, cid);
    else if (changes[e.type]) this.change(e);
    else this.events.set(place, { kind: "event", key: `e${place}`, place, time: e.time, entry: e });
    this.sorted = null;
    return true;
  }

  addMessage(e, cid) {
    const m = newMessage(e, cid);
    this.messages.set(e.seq, m);
    this.lastSeq = Math.max(this.lastSeq, e.seq);
    for (const c of this.later.get(e.seq) ?? []) apply(m, c);
    this.applied.push(...this.later.get(e.seq) ?? []);
    this.later.delete(e.seq);
  }

  get size() { return this.messages.size + this.events.size; }

  // trim forgets all but the newest items, which can be read again by history, and tells from which place on
  // nothing is missing. What was changed from there on isn't told again with an older message, so it is kept.
  trim(count) {
    const from = this.inOrder().at(-count)?.place ?? 0;
    const old = place => place < from && place !== this.lastSeq;
    for (const m of this.messages.values()) if (old(m.place)) this.forget(m);
    for (const place of this.events.keys()) if (old(place)) this.events.delete(place);
    for (const place of this.places) if (old(place)) this.places.delete(place);
    const changes = [...this.applied, ...[...this.later.values()].flat()].filter(e => !old(placeOf(e)));
    this.applied = [];
    this.later.clear();
    for (const e of changes) (this.messages.has(e.seq) ? this.applied : this.awaited(e.seq)).push(e);
    this.sorted = null;
    return from;
  }

  forget(m) {
    this.messages.delete(m.seq);
    this.cids.delete(m.key);
  }

  // again takes what a later read shows of a message that is here: it may have been changed without
  // our having been told to what.
  again(e) {
    const m = this.messages.get(e.seq);
    if (m.stale) Object.assign(m, { content: e.content, contentType: e.content_type, edited: Boolean(e.edited), stale: false });
    if (e.recalled) recall(m, {});
    if (e.expired) m.expiresAt = 1;
    m.version++;
    return false;
  }

  change(e) {
    const m = this.messages.get(e.seq);
    if (m) apply(m, e);
    (m ? this.applied : this.awaited(e.seq)).push(e);
  }

  // awaited are the changes to a message that isn't here.
  awaited(seq) {
    if (!this.later.has(seq)) this.later.set(seq, []);
    return this.later.get(seq);
  }

  get(seq) { return this.messages.get(seq); }

  // stale are the messages whose new content nobody has told us: they are to be read anew.
  stale() { return [...this.messages.values()].filter(m => m.stale && !m.recalled); }

  lastMessage() { return this.messages.get(this.lastSeq); }

  // items are the messages and events from a place on, in their order.
  items(from = 0) {
    return from <= this.inOrder()[0]?.place ? this.inOrder() : this.after(from - 1);
  }

  // after are the few at the end that are behind a place.
  after(place) {
    const all = this.inOrder();
    let first = all.length;
    while (first > 0 && all[first - 1].place > place) first--;
    return all.slice(first);
  }

  // inOrder are all items. The array is the log's own.
  inOrder() {
    return this.sorted ??= [...this.messages.values(), ...this.events.values()].sort((a, b) => a.place - b.place);
  }
}

function newMessage(e, cid) {
  return {
    kind: "message", key: cid ?? `m${e.seq}`, id: e.id, seq: e.seq, place: e.seq, from: e.from, time: e.time,
    content: e.content, contentType: e.content_type, expiresAt: e.expired ? 1 : e.expires_at,
    edited: Boolean(e.edited), recalled: Boolean(e.recalled), stale: false,
    reply: e.reply_seq ? { id: e.reply_to, seq: e.reply_seq } : undefined,
    mentions: e.mentions, reactions: new Map(), // emoji → Set of users
    editedAt: 0, reactedAt: new Map(),          // places of the changes that count
    version: 0,                                 // rises with every change
  };
}

function apply(m, change) {
  changes[change.type](m, change);
  m.version++;
}

// isErased tells whether there is no content to show any more.
export const isErased = m => m.recalled || m.expiresAt <= Date.now();

function recall(m) {
  Object.assign(m, { recalled: true, content: undefined, contentType: undefined, reply: undefined, stale: false });
  m.reactions.clear();
}

function edit(m, e) {
  const place = placeOf(e);
  if (place < m.editedAt || m.recalled) return;
  const told = "content" in e;
  Object.assign(m, { editedAt: place, edited: true, stale: !told });
  if (told) Object.assign(m, { content: e.content, contentType: e.content_type });
}

function reaction(m, e) {
  const place = placeOf(e);
  const key = `${e.from} ${e.emoji}`;
  if (m.recalled || place < (m.reactedAt.get(key) ?? 0)) return;
  m.reactedAt.set(key, place);
  const users = m.reactions.get(e.emoji) ?? new Set();
  if (e.op === "remove") users.delete(e.from); else users.add(e.from);
  if (users.size > 0) m.reactions.set(e.emoji, users); else m.reactions.delete(e.emoji);
}
