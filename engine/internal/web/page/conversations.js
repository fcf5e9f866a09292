// What is known of each conversation: entries by place, what is on its way, how far it was read.

import { membership, placeOf } from "./entry.js";

const maxCursors = 200; // what a request holds; the others go on from where the server knows us to be

export class Conversations {
  constructor(me) {
    this.me = me;
    this.byId = new Map();
  }

  get(id) {
    if (!this.byId.has(id)) this.byId.set(id, newConversation(id, this.me));
    return this.byId.get(id);
  }

  idOf(kind, other) {
    if (kind === "group") return "group_" + other;
    return "single_" + (this.me < other ? `${this.me}:${other}` : `${other}:${this.me}`);
  }

  // add puts an entry in. One that comes again is newer than the one before.
  add(e) {
    const conv = this.get(e.conv_id);
    const place = placeOf(e);
    conv.entries.set(place, e);
    conv.newest = Math.max(conv.newest, place);
    conv.touched = Math.max(conv.touched, e.time);
    conv.hidden = conv.missing = false;
    this.apply(conv, e, place);
    if (conv.last === 0) conv.last = place;
    advance(conv);
    return conv;
  }

  // apply takes over what an entry says of the whole conversation.
  apply(conv, e, place) {
    if (e.type === "chat" && e.from === this.me) {
      conv.read = Math.max(conv.read, place); // who writes has read what is before
      if (conv.told === place - 1) conv.told = place;
    }
    if (e.type !== "group") return;
    if (e.name && place > conv.titleAt) Object.assign(conv, { title: e.name, titleAt: place });
    const member = membership(e, this.me);
    if (member !== undefined && place > conv.memberAt) Object.assign(conv, { gone: !member, memberAt: place });
  }

  // addPage puts a page of history in; before is what it was asked with. The newest page moves the
  // cursor to its end.
  addPage(conv, { messages, has_more }, before) {
    for (const e of messages) this.add(e);
    if (messages.length > 0 && (before || !conv.opened)) conv.oldest = placeOf(messages[0]);
    if (before || !conv.opened) conv.hasMore = has_more;
    if (messages.length > 0) this.settle(conv, placeOf(messages.at(-1)));
  }

  // settle takes in that there is nothing more for us up to a place.
  settle(conv, place) {
    conv.last = Math.max(conv.last, place);
    advance(conv);
  }

  // fill takes over a line of the server's list. It may be older than what was pushed since.
  fill(line) {
    const conv = this.get(line.conv_id);
    conv.counted = { place: line.last_seq, unread: line.unread };
    conv.read = Math.max(conv.read, line.read_seq);
    conv.told = Math.max(conv.told, line.read_seq);
    conv.peerRead = Math.max(conv.peerRead, line.peer_read_seq ?? 0);
    conv.touched = Math.max(conv.touched, line.updated_at);
    conv.last ||= line.ack_seq;
    Object.assign(conv, { preview: line.last_message, pinned: line.pinned, cleared: line.cleared_seq, hidden: false });
    if (line.name && line.last_seq >= conv.titleAt) Object.assign(conv, { title: line.name, titleAt: line.last_seq });
    if (line.last_seq >= conv.memberAt) conv.gone = false;
  }

  // hasGap tells whether something between the cursor and the newest entry is missing.
  hasGap(conv) { return conv.newest > conv.last; }

  // cursors are what a sync starts from: the place up to which nothing is missing.
  cursors() {
    const known = this.list().filter(conv => conv.last > 0 && !conv.gone);
    return Object.fromEntries(known.slice(0, maxCursors).map(conv => [conv.id, conv.last]));
  }

  // list is in the server's order: pinned ones first, each kind by its latest entry.
  list() {
    const shown = [...this.byId.values()].filter(conv => !conv.hidden);
    return shown.sort((a, b) => b.pinned - a.pinned || b.touched - a.touched);
  }

  // unread adds what came since to what the server counted.
  unread(conv) {
    if (conv.gone) return 0;
    const counted = conv.read < conv.counted.place ? conv.counted.unread : 0;
    const from = Math.max(conv.read, conv.counted.place);
    return counted + [...conv.entries.values()].filter(e => e.type === "chat" && e.seq > from && e.from !== this.me).length;
  }
}

function newConversation(id, me) {
  const parsed = parse(id, me);
  return {
    id, ...parsed, title: parsed.name, titleAt: 0,
    entries: new Map(), pending: [], notices: [], // notices are events without a place
    last: 0, newest: 0,                  // nothing is missing up to last
    oldest: 0, opened: false, hasMore: false, // history has been read from oldest on
    read: 0, told: 0, peerRead: 0,       // read here, as the server knows, by the other
    counted: { place: 0, unread: 0 }, preview: null,
    cleared: 0, pinned: false, hidden: false, touched: 0,
    missing: false, gone: false, memberAt: 0, // gone: not ours any more, as of the place memberAt
  };
}

function advance(conv) { while (conv.entries.has(conv.last + 1)) conv.last++; }

// parse reads a conversation id: single_<a>:<b> or group_<id>.
function parse(id, me) {
  const kind = id.slice(0, id.indexOf("_"));
  const rest = id.slice(kind.length + 1);
  if (kind !== "single") return { kind, name: rest, target: kind === "group" ? { group_id: rest } : { conv_id: id } };
  const [a, b] = rest.split(":");
  const other = a === me ? b : a;
  return { kind, name: other, target: { to: other } };
}
