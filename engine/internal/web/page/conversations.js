// What is known of each conversation: messages by seq, what is on its way, what is unread.

export class Conversations {
  constructor(me) {
    this.me = me;
    this.byId = new Map();
    this.key = "gannet.conversations." + me;
    for (const id of remembered(this.key)) this.get(id);
  }

  get(id) {
    let conv = this.byId.get(id);
    if (!conv) {
      conv = { id, ...parse(id, this.me), messages: new Map(), pending: [], events: [], last: 0, unread: 0, touched: 0, opened: false, hasMore: false };
      this.byId.set(id, conv);
      this.remember();
    }
    return conv;
  }

  idOf(kind, other) {
    if (kind === "group") return "group_" + other;
    return "single_" + (this.me < other ? `${this.me}:${other}` : `${other}:${this.me}`);
  }

  // add puts a message in; false if it was there already.
  add(m) {
    const conv = this.get(m.conv_id);
    conv.touched = Math.max(conv.touched, m.time);
    if (conv.messages.has(m.seq)) return false;
    conv.messages.set(m.seq, m);
    if (conv.last === 0) conv.last = m.seq;
    while (conv.messages.has(conv.last + 1)) conv.last++;
    return true;
  }

  // addPage puts a page of history in. The newest page moves the cursor to its end.
  addPage(conv, messages, hasMore) {
    for (const m of messages) this.add(m);
    conv.hasMore = hasMore;
    conv.last = Math.max(conv.last, ...messages.map(m => m.seq));
    while (conv.messages.has(conv.last + 1)) conv.last++;
  }

  // hasGap tells whether something between the cursor and the newest message is missing.
  hasGap(conv) { return conv.messages.size > 0 && Math.max(...conv.messages.keys()) > conv.last; }

  sorted(conv) { return [...conv.messages.values()].sort((a, b) => a.seq - b.seq); }

  // cursors are what a sync starts from: the last message up to which nothing is missing.
  cursors() {
    const cursors = {};
    for (const conv of this.byId.values()) if (conv.last > 0) cursors[conv.id] = conv.last;
    return cursors;
  }

  // list is in order of the latest activity.
  list() { return [...this.byId.values()].sort((a, b) => b.touched - a.touched); }

  unread() { return this.list().reduce((n, conv) => n + conv.unread, 0); }

  remember() {
    const ids = [...this.byId.keys()].slice(-50);
    try { localStorage.setItem(this.key, JSON.stringify(ids)); } catch { /* private window: only this page's life long */ }
  }
}

function remembered(key) {
  try { return JSON.parse(localStorage.getItem(key)) || []; } catch { return []; }
}

// parse reads a conversation id: single_<a>:<b>, group_<id>, service_<id>.
function parse(id, me) {
  const kind = id.slice(0, id.indexOf("_"));
  const rest = id.slice(kind.length + 1);
  if (kind !== "single") return { kind, name: rest, target: kind === "group" ? { group_id: rest } : { conv_id: id } };
  const [a, b] = rest.split(":");
  const other = a === me ? b : a;
  return { kind, name: other, target: { to: other } };
}
