// The connection: a tracked client of protocol gannet.v1. It knows nothing of the page.
//
// What was sent and not yet answered waits in the outbox and goes out again, with the
// same cid, after a reconnect: the server recognises it, so it can't appear twice.

const pingEvery = 25_000;   // the server closes what is silent for 60 s
const silenceLimit = 60_000; // nothing heard for so long: the connection is dead
const longestWait = 15_000;
const final = { 4001: "badLogin", 4002: "replaced", 4003: "kicked" }; // no reconnect after these

export class Client {
  // on: { state(name, detail), welcome(user), message(m), event(e), sent(cid, m), failed(cid, error), retrying(cid), cursors() }
  constructor({ url, user, token, on }) {
    this.url = url; this.user = user; this.token = token; this.on = on;
    this.device = randomId();
    this.outbox = new Map();  // cid → request of a send
    this.waiting = new Map(); // cid → { resolve, reject } of other requests
    this.tries = 0;
    this.connect();
  }

  connect() {
    this.on.state("connecting");
    const url = new URL(this.url);
    if (this.user) url.searchParams.set("uid", this.user);
    url.searchParams.set("device", this.device);
    const ws = this.ws = new WebSocket(url, ["gannet.v1"]);
    ws.onopen = () => { if (this.token) this.write({ type: "auth", token: this.token }); };
    ws.onmessage = e => { this.heard = Date.now(); if (e.data !== "PONG") this.receive(JSON.parse(e.data)); };
    ws.onclose = e => this.closed(ws, e);
    this.heard = Date.now();
    this.timer = setInterval(() => this.check(), pingEvery);
  }

  check() {
    if (Date.now() - this.heard > silenceLimit) return this.closed(this.ws, { code: 1006 });
    if (this.online) this.write({ type: "ping" });
  }

  closed(ws, { code }) {
    if (ws !== this.ws) return;
    clearInterval(this.timer);
    this.online = false;
    this.ws = null;
    ws.close();
    for (const { reject } of this.waiting.values()) reject({ reason: "disconnected" });
    this.waiting.clear();
    if (this.stopped) return;
    if (final[code]) return this.on.state("stopped", final[code]);
    this.reconnectLater();
  }

  // Waits grow and are spread, so that a restarted server isn't stormed.
  reconnectLater() {
    const wait = Math.min(longestWait, 500 * 2 ** this.tries++) * (0.5 + Math.random() / 2) + (this.retryAfter || 0);
    this.retryAfter = 0;
    this.on.state("waiting", wait);
    this.again = setTimeout(() => this.connect(), wait);
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.again);
    if (this.ws) this.ws.close(1000);
  }

  write(request) {
    if (this.ws && this.ws.readyState === WebSocket.OPEN) this.ws.send(JSON.stringify(request));
  }

  // request sends and resolves with the answer; it isn't repeated.
  request(request) {
    if (!this.online) return Promise.reject({ reason: "disconnected" });
    const cid = randomId();
    this.write({ ...request, cid });
    return new Promise((resolve, reject) => this.waiting.set(cid, { resolve, reject }));
  }

  // send gives the cid under which on.sent or on.failed will tell the outcome.
  send(target, content) {
    const cid = randomId();
    const request = { type: "send", cid, ...target, content };
    this.outbox.set(cid, request);
    if (this.online) this.write(request);
    return cid;
  }

  ack(convId, seq) { this.write({ type: "ack", conv_id: convId, seq }); }

  sync(cursors) { this.write({ type: "sync", cursors }); }

  receive(m) {
    const handler = { system: "system", chat: "chat", sent: "sent", error: "error", synced: "synced", group: "event" }[m.type];
    if (handler) this[handler](m); else this.answer(m);
  }

  system(m) {
    if (m.event === "shutdown") this.retryAfter = m.retry_after_ms;
    if (m.event !== "welcome") return;
    this.online = true;
    this.tries = 0;
    this.on.welcome(m.user_id);
    this.on.state("online");
    this.sync(this.on.cursors());
    for (const request of this.outbox.values()) this.write(request);
  }

  chat(m) { this.on.message(m); }
  event(m) { this.on.event(m); }

  sent(m) { if (this.outbox.delete(m.cid)) this.on.sent(m.cid, m); }

  synced(m) {
    const more = {};
    for (const [id, at] of Object.entries(m.convs || {})) if (at.has_more) more[id] = at.seq;
    if (Object.keys(more).length > 0) this.sync(more);
  }

  answer(m) {
    const waiting = this.waiting.get(m.cid);
    if (waiting && this.waiting.delete(m.cid)) waiting.resolve(m);
  }

  error(m) {
    const waiting = this.waiting.get(m.cid);
    if (waiting && this.waiting.delete(m.cid)) return waiting.reject(m);
    const request = this.outbox.get(m.cid);
    if (!request) return;
    if (m.code < 500 && m.code !== 429) { this.outbox.delete(m.cid); return this.on.failed(m.cid, m); }
    this.on.retrying(m.cid);
    setTimeout(() => { if (this.online && this.outbox.has(m.cid)) this.write(request); }, m.retry_after_ms || 1000);
  }
}

function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, b => b.toString(16).padStart(2, "0")).join("");
}
