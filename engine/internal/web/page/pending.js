// What was written and isn't stored yet: the SDK's outbox, and what came back from it.

import { errorText } from "/shared/errors.js";
import { Failures } from "./failures.js";

export class Pending {
  constructor(chat) {
    this.chat = chat;
    this.answered = new Map(); // cid → item that is stored, whose entry is on its way
    this.failures = new Failures(chat.me); // what was refused
    this.replied = new Map();  // id → place of messages that were answered
    for (const item of this.failures.values()) this.found(item);
    const { client } = chat;
    const on = (name, fn) => client.on(name, event => { fn(event); chat.changed(); });
    on("sending", item => { this.found(item); this.failures.delete(item.cid); });
    on("sent", s => this.sent(s));
    on("failed", ({ cid, item, error }) => this.failed(cid, item, error));
  }

  // found has an item's conversation shown, which may be of before a reload.
  found({ conv_id, time }) {
    const conv = this.chat.get(conv_id);
    conv.updatedAt = Math.max(conv.updatedAt, time);
  }

  // send gives a text out. Beside it goes what it answers and whom it mentions.
  send(conv, content, options = {}) {
    const { cid } = this.chat.client.send(conv.target, content, options);
    if (options.replyTo?.seq) this.replied.set(options.replyTo.id, options.replyTo.seq);
    conv.divider = 0;
    conv.listed = true;
    conv.hidden = false;
    conv.updatedAt = Date.now();
    this.chat.changed();
    return cid;
  }

  sent({ cid, id, conv_id, seq, time }) {
    const item = this.last?.find(item => item.cid === cid);
    if (item && !this.chat.get(conv_id).log.get(seq)) this.answered.set(cid, { ...item, id, conv_id, seq, time });
  }

  failed(cid, item, error) {
    if (error.reason === "cancelled") return;
    const { code, reason, msg } = error;
    this.failures.set(cid, { ...item, reply_seq: this.replied.get(item.reply_to), error: { code, reason, msg } });
  }

  // stored takes in that an entry is in the log.
  stored(e) {
    for (const [cid, item] of this.answered) if (item.id === e.id) this.answered.delete(cid);
  }

  // refresh has everything looked at anew that waits.
  refresh() { this.waiting = undefined; }

  // forget removes what is kept of this user.
  forget() { this.failures.clear(); }

  // of are a conversation's items as entries.js has them, with a state beside it.
  of(conv) {
    this.waiting ??= Map.groupBy(this.all(), item => item.convId);
    return this.waiting.get(conv.id) ?? [];
  }

  all() {
    const { me, state, client } = this.chat;
    const online = state.state === "online";
    this.last = client.outbox();
    const items = [
      ...[...this.answered.values()].filter(item => !this.chat.get(item.conv_id).log.get(item.seq)).map(item => this.view(item, "sent", me)),
      ...this.last.map(item => this.view(item, online && item.tried ? "sending" : "queued", me)),
      ...[...this.failures.values()].map(item => this.view(item, "failed", me)),
    ];
    return items.filter(item => !this.chat.get(item.convId).log.cids.has(item.cid)).sort((a, b) => a.time - b.time);
  }

  view(item, state, me) {
    const reply = item.reply_to ? { id: item.reply_to, seq: item.reply_seq ?? this.replied.get(item.reply_to) } : undefined;
    return {
      kind: "message", key: item.cid, cid: item.cid, convId: item.conv_id, from: me, time: item.time, content: item.content,
      contentType: item.content_type, mentions: item.mentions, reply, reactions: new Map(), tried: item.tried, state,
      error: item.error && errorText(item.error),
    };
  }

  discard(cid) {
    this.failures.delete(cid);
    this.chat.changed();
  }

  again(conv, item) {
    this.discard(item.cid);
    this.send(conv, item.content, { contentType: item.contentType, mentions: item.mentions === "all" ? undefined : item.mentions,
      mentionAll: item.mentions === "all", replyTo: item.reply?.seq ? item.reply : item.reply?.id });
  }
}
