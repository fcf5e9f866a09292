// One conversation: its line in the list, its log, and what one is about to say in it.

import { Log, placeOf } from "/shared/entries.js";

const typingFor = 5_000; // ms after which somebody who typed has stopped
const keptItems = 200;   // of those at the end, when older ones are let go

export class Conversation {
  constructor(id, me) {
    this.id = id;
    this.me = me;
    Object.assign(this, parse(id, me));
    this.title = this.kind === "single" ? this.peer : this.groupId ?? this.id;
    this.log = new Log();
    this.opened = false;   // the newest page of history was read
    this.entering = false; // that and what is unread is being read
    this.from = 0;         // nothing is missing from this place on
    this.hasMore = false;  // there is more before it
    this.loading = false;
    this.listed = false;   // it is in the server's list
    this.hidden = false;
    this.gone = false;     // not ours any more
    this.missing = false;  // there is no such group, or we aren't in it
    this.read = 0;
    this.told = 0;         // of that, as the server knows
    this.counted = { place: 0, unread: 0, mentioned: false }; // what the server counted, up to a place
    this.peerRead = 0;
    this.othersRead = 0;     // group: the furthest of the others
    this.cleared = 0;
    this.pinned = this.muted = false;
    this.updatedAt = 0;
    this.preview = undefined; // the last message, as the server told
    this.typists = new Map(); // user → until when
    this.group = undefined;   // see groups.js
    this.divider = 0;         // the unread line stands behind this place
    this.draft = "";
    this.reply = this.editing = undefined; // the message that is answered or edited
    this.unsaved = undefined; // { m, text } of an edit that wasn't ended, or was refused
    this.quotes = new Map();  // seq → message that was answered and isn't in the log
  }

  get target() { return this.kind === "single" ? { to: this.peer } : this.kind === "group" ? { group: this.groupId } : { conv: this.id }; }

  // fill takes a line of the server's list.
  fill(line) {
    this.listed = true;
    this.hidden = this.gone = this.missing = false;
    if (line.name) this.title = line.name;
    this.counted = { place: line.last_seq, unread: line.unread, mentioned: line.mentioned };
    this.read = Math.max(this.read, line.read_seq);
    this.told = Math.max(this.told, line.read_seq);
    this.peerRead = Math.max(this.peerRead, line.peer_read_seq ?? 0);
    this.updatedAt = Math.max(this.updatedAt, line.updated_at);
    Object.assign(this, { cleared: line.cleared_seq, pinned: line.pinned, muted: line.muted });
    this.preview = line.last_message && asItem(line.last_message);
  }

  // add takes an entry of the log.
  add(e) {
    if (!this.log.add(e, e.cid)) return false;
    this.hidden = false;
    if (e.type === "chat" || e.type === "group") this.updatedAt = Math.max(this.updatedAt, e.time);
    if (e.type === "chat") this.typists.delete(e.from);
    if (e.type === "group") this.happened(e);
    return true;
  }

  happened(e) {
    if (e.name && ["created", "updated"].includes(e.event)) this.title = e.name;
    const mine = e.user_id === this.me || e.user_ids?.includes(this.me);
    if (e.event === "dissolved" || (mine && ["left", "kicked", "banned"].includes(e.event))) this.gone = true;
    if ((mine && e.event === "joined") || e.event === "created") this.gone = this.missing = false;
    if (this.group) this.group.stale = true;
  }

  // addPage takes a page of history, the newest one if nothing has been opened yet.
  addPage({ messages, has_more }) {
    for (const e of messages) this.log.add(e);
    if (messages.length > 0) this.from = placeOf(messages[0]);
    Object.assign(this, { opened: true, hasMore: has_more, missing: false });
  }

  // forget lets everything go, after the server's return to an older backup: what is above a place isn't so
  // any more. How far we have read is then told anew.
  forget(place) {
    this.log.clear();
    this.quotes.clear();
    this.opened = this.hasMore = false;
    this.from = this.told = 0;
    for (const field of ["read", "peerRead", "othersRead", "cleared"]) this[field] = Math.min(this[field], place);
    if (this.counted.place > place) this.counted = { place: 0, unread: 0, mentioned: false };
    if (this.preview?.seq > place) this.preview = undefined;
  }

  // trim lets older items go, which are read again when somebody looks for them. What of them is unread stays
  // counted.
  trim() {
    if (this.loading || this.entering || this.log.size <= keptItems) return;
    const { place } = this.log.items().at(-keptItems - 1);
    if (place > this.counted.place) {
      const unread = Math.max(0, this.unread() - this.unreadFrom(Math.max(place, this.read)).length);
      this.counted = { place, unread, mentioned: this.mentioned(m => m.place <= place) };
    }
    const from = this.log.trim(keptItems);
    if (this.opened) Object.assign(this, { from, hasMore: true });
  }

  // askAgain has what was answered looked for again where it wasn't found.
  askAgain() { for (const [seq, m] of this.quotes) if (!m) this.quotes.delete(seq); }

  // ready tells whether the thread can be shown: from then on it only grows.
  get ready() { return this.opened && !this.entering; }

  items() { return this.ready ? this.log.items(Math.max(this.from, this.cleared + 1)) : []; }

  // last is the newest message that can be shown.
  last() {
    const last = this.log.lastMessage();
    if (this.preview && this.preview.seq > Math.max(this.cleared, last?.seq ?? 0)) return this.preview;
    return last?.seq > this.cleared ? last : undefined;
  }

  // unread counts messages of others. What the log doesn't reach back to, the server has counted.
  unread() {
    if (this.gone) return 0;
    const whole = this.opened && this.from <= this.read + 1;
    const from = whole ? this.read : Math.max(this.read, this.counted.place);
    const before = whole || this.read >= this.counted.place ? 0 : this.counted.unread;
    return before + this.unreadFrom(from).length;
  }

  unreadFrom(place) { return this.log.after(place).filter(m => m.kind === "message" && m.from !== this.me); }

  // mentioned tells whether somebody called for us in what is unread, or in those of it that are asked about.
  mentioned(among = () => true) {
    if (this.gone) return false;
    if (this.counted.mentioned && this.read < this.counted.place) return true;
    return this.unreadFrom(this.read).some(m => among(m) && !m.recalled && (m.mentions === "all" || m.mentions?.includes(this.me)));
  }

  typed(user) { this.typists.set(user, Date.now() + typingFor); }

  typing() { return [...this.typists].filter(([user, until]) => until > Date.now() && user !== this.me).map(([user]) => user); }
}

const asItem = e => {
  const log = new Log();
  log.add(e);
  return log.get(e.seq);
};

// parse reads a conversation id: single_<a>:<b>, group_<id> or service_<session>.
function parse(id, me) {
  const kind = id.slice(0, id.indexOf("_"));
  const rest = id.slice(kind.length + 1);
  if (kind === "group") return { kind, groupId: rest };
  if (kind !== "single") return { kind };
  const [a, b] = rest.split(":");
  return { kind, peer: a === me ? b : a };
}

export const singleId = (a, b) => `single_${[a, b].sort().join(":")}`;
export const groupConvId = id => `group_${id}`;
export const isId = text => /^[A-Za-z0-9._@-]{1,64}$/.test(text);
