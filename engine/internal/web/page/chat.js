// The state of the page: who we are, our conversations, and what comes in. Whoever changes something
// calls changed(), and the page draws itself anew from what is here.

import { Client, browserStore } from "/gannet.js";
import { socketURL } from "/shared/server.js";
import { userOf } from "/shared/login.js";
import { Blocks } from "./blocks.js";
import { Conversation, isId } from "./conversation.js";
import { Groups } from "./groups.js";
import { History } from "./history.js";
import { Pending } from "./pending.js";
import { Presence } from "./presence.js";

const drawAfter = 16; // ms, in which changes come together
const readAfter = 250;
const mostItems = 600; // of a conversation that are held while nobody looks further back

export class Chat {
  // onChange draws the page; onLogout is called with a reason if the login is no good.
  constructor({ config, login, onChange, onLogout }) {
    Object.assign(this, { onChange, onLogout });
    this.me = userOf(login);
    this.conversations = new Map();
    this.current = undefined;
    this.state = { state: "connecting" };
    this.since = Date.now();  // of the state
    this.loaded = false;      // the list is here
    this.search = "";
    this.client = new Client({ url: socketURL(config), user: this.me, role: login.role, token: login.token, store: browserStore(), from: "ends" });
    this.history = new History(this);
    this.pending = new Pending(this);
    this.presence = new Presence(this);
    this.groups = new Groups(this);
    this.blocks = new Blocks(this);
    this.listen();
  }

  listen() {
    const on = (name, fn) => this.client.on(name, event => { fn(event); this.changed(); });
    on("state", s => this.connection(s));
    on("conversations", ({ conversations }) => this.list(conversations));
    on("entry", e => this.entry(e));
    on("synced", () => this.synced());
    on("gone", ({ conv_id }) => { this.get(conv_id).gone = true; });
    on("reset", ({ conv_id, seq }) => this.reset(this.get(conv_id), seq));
    on("read", r => this.wasRead(r));
    on("typing", ({ conv_id, from }) => this.typing(this.get(conv_id), from));
    on("conversation", c => this.settings(c));
    on("notice", n => this.groups.notice(n));
    this.client.on("error", error => console.warn(error));
  }

  close() {
    clearTimeout(this.timer);
    this.closed = true;
  }

  changed() {
    if (this.closed) return;
    this.pending?.refresh();
    this.timer ??= setTimeout(() => { this.timer = undefined; this.onChange(); }, drawAfter);
  }

  // get gives a conversation, which is made up if it isn't known yet.
  get(id) {
    if (!this.conversations.has(id)) this.conversations.set(id, new Conversation(id, this.me));
    return this.conversations.get(id);
  }

  connection(state) {
    this.state = state;
    this.since = Date.now();
    if (state.state === "online") this.me = this.client.user;
    if (state.state === "stopped" && state.reason === "unauthorized") this.onLogout("reason_unauthorized");
  }

  // list takes lines of the server's list. What isn't among them may have moved while it was read: only
  // hidden and gone say that a conversation isn't to be shown.
  list(lines) {
    for (const line of lines) this.get(line.conv_id).fill(line);
    this.loaded = true;
    this.presence.watch(this.shown().map(conv => conv.peer));
  }

  synced() {
    if (this.current && !this.current.opened) this.enter(this.current);
    for (const conv of this.conversations.values()) if (conv.read > conv.told && conv.listed && !conv.gone) this.tell(conv);
    if (this.current) {
      this.current.askAgain();
      this.history.refresh(this.current);
    }
    this.blocks.load();
  }

  entry(e) {
    const conv = this.get(e.conv_id);
    const before = conv.read;
    this.pending.stored(e);
    if (!conv.add(e)) return;
    conv.listed = true;
    if (e.type === "chat" && e.from !== this.me && conv === this.current && this.away()) conv.divider ||= before || 1;
    if (e.type === "chat" && conv.kind === "single") this.presence.watch([conv.peer]);
    if (e.type === "edit" && !("content" in e)) this.history.refresh(conv);
    if (e.type === "group") this.groups.happened(conv);
    if (conv === this.current && !conv.opened && !conv.gone) this.enter(conv);
    if (conv.log.size > mostItems && (conv !== this.current || this.atEnd)) conv.trim();
  }

  // away tells whether what comes isn't seen at once.
  away() { return document.visibilityState !== "visible" || !this.atEnd; }

  reset(conv, place) {
    conv.forget(place);
    if (conv === this.current) this.history.open(conv);
  }

  wasRead({ conv_id, user_id, seq }) {
    const conv = this.get(conv_id);
    if (user_id === this.me) conv.read = Math.max(conv.read, seq);
    else if (conv.kind === "single") conv.peerRead = Math.max(conv.peerRead, seq);
    else conv.othersRead = Math.max(conv.othersRead, seq);
  }

  typing(conv, user) {
    conv.typed(user);
    setTimeout(() => this.changed(), 5_100);
  }

  settings({ conv_id, pinned, muted, hidden, cleared_seq }) {
    Object.assign(this.get(conv_id), { pinned, muted, hidden, cleared: cleared_seq });
  }

  // open shows a conversation; nothing goes back to the list.
  open(id) {
    if (this.current) {
      this.current.divider = 0;
      this.current.askAgain();
      this.current.trim();
    }
    this.current = id ? this.get(id) : undefined;
    if (this.current?.unread() > 0) this.current.divider = this.current.read || 1;
    if (this.current) this.enter(this.current);
    this.changed();
  }

  enter(conv) {
    this.history.open(conv);
    if (conv.kind === "group") this.groups.load(conv);
  }

  // saw takes in that everything up to a place was in sight. Behind the last item there may be events
  // that aren't shown.
  saw(conv, place) {
    if (document.visibilityState !== "visible" || conv.gone || !conv.ready) return;
    const last = conv.items().at(-1);
    const seen = last && place >= last.place ? conv.log.newest : place;
    if (seen <= conv.read) return;
    conv.read = seen;
    this.changed();
    conv.reading ??= setTimeout(() => this.tell(conv), readAfter);
  }

  // tell tells the server how far we have read. What it doesn't hear it is told on the next connection.
  tell(conv) {
    conv.reading = undefined;
    const place = conv.read;
    this.client.read(conv.id, place).then(() => { conv.told = Math.max(conv.told, place); }, () => { /* see synced */ });
  }

  // shown are the conversations for the list: pinned ones first, then the newest.
  shown() {
    const sought = this.search.trim().toLowerCase();
    return [...this.conversations.values()]
      .filter(conv => conv.kind !== "service") // the desk has a page of its own
      .filter(conv => (conv.listed && !conv.hidden) || conv === this.current || this.pending.of(conv).length > 0)
      .filter(conv => !sought || conv.title.toLowerCase().includes(sought) || (conv.peer ?? conv.groupId ?? "").toLowerCase().includes(sought))
      .sort((a, b) => b.pinned - a.pinned || b.updatedAt - a.updatedAt);
  }

  // unread counts over all conversations but those that shan't disturb.
  unread() {
    let sum = 0;
    for (const conv of this.conversations.values()) if (!conv.muted && !conv.hidden && conv.kind !== "service") sum += conv.unread();
    return sum;
  }

  // newUser is the user one could begin to write to, going by what is sought.
  newUser() {
    const id = this.search.trim();
    return isId(id) && id !== this.me && ![...this.conversations.values()].some(conv => conv.peer === id && conv.listed) ? id : undefined;
  }
}
