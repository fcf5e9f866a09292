// What was written and isn't stored yet: the SDK's outbox, and what came back from it.

import { errorText } from "/shared/errors.js";

const clockSlack = 60_000; // ms by which our clock may be ahead of the server's

export class Pending {
  constructor(chat) {
    this.chat = chat;
    this.answered = new Map(); // cid → item that is stored, whose entry is on its way
    this.failures = new Map(); // cid → item with its error
    const { client } = chat;
    const on = (name, fn) => client.on(name, event => { fn(event); chat.changed(); });
    on("sending", ({ cid }) => this.failures.delete(cid));
    on("sent", s => this.sent(s));
    on("failed", ({ cid, item, error }) => this.failed(cid, item, error));
  }

  // send gives a text out. Beside it goes what it answers and whom it mentions.
  send(conv, content, options = {}) {
    const { cid } = this.chat.client.send(conv.target, content, options);
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
    if (error.reason !== "cancelled") this.failures.set(cid, { ...item, error });
  }

  // stored takes in that an entry is in the log.
  stored(e) {
    for (const [cid, item] of this.answered) if (item.id === e.id) this.answered.delete(cid);
  }

  // of are a conversation's items as entries.js has them, with a state beside it.
  of(conv) {
    const { me, state, client } = this.chat;
    const online = state.state === "online";
    this.last = client.outbox();
    const items = [
      ...[...this.answered.values()].filter(item => !conv.log.get(item.seq)).map(item => view(item, "sent", me)),
      ...this.last.map(item => view(item, online && item.tried ? "sending" : "queued", me)),
      ...[...this.failures.values()].map(item => view(item, "failed", me)),
    ];
    const waiting = items.filter(item => item.convId === conv.id && !conv.log.cids.has(item.cid) && !isBack(conv, item));
    return waiting.sort((a, b) => a.time - b.time);
  }

  discard(cid) {
    this.failures.delete(cid);
    this.chat.changed();
  }

  again(conv, item) {
    this.discard(item.cid);
    this.send(conv, item.content, { contentType: item.contentType, mentions: item.mentions === "all" ? undefined : item.mentions,
      mentionAll: item.mentions === "all", replyTo: item.reply?.id });
  }
}

// isBack tells of an item that has come by the log before its answer, as it does after a reconnect.
function isBack(conv, { tried, state, content, from, time }) {
  if (state === "failed" || !tried) return false;
  const text = JSON.stringify(content);
  return [...conv.log.messages.values()].some(m =>
    m.from === from && !conv.log.cids.has(m.key) && m.time >= time - clockSlack && JSON.stringify(m.content) === text);
}

const view = (item, state, me) => ({
  kind: "message", key: item.cid, cid: item.cid, convId: item.conv_id, from: me, time: item.time, content: item.content, contentType: item.content_type,
  mentions: item.mentions, reply: item.reply_to ? { id: item.reply_to } : undefined, reactions: new Map(), tried: item.tried, state,
  error: item.error && errorText(item.error),
});
