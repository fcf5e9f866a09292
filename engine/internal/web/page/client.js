// The connection: a tracked client of protocol gannet.v1. It knows nothing of the page.
//
// What was sent and not yet answered waits in the outbox and goes out again, with the
// same cid, after a reconnect: the server recognises it, so it can't appear twice.

const pingEvery = 25_000;   // the server closes what is silent for 60 s
const silenceLimit = 60_000; // nothing heard for so long: the connection is dead
const longestWait = 15_000;
const final = { 4001: "badLogin", 4002: "replaced", 4003: "kicked" }; // no reconnect after these

export class Client {
  // on: { state(name, detail), welcome(user), entry(e), notice(e), read(r), settings(c), cursors(), synced(convs),
  //   sent(cid, m), failed(cid, error), retrying(cid) }
  constructor({ url, user, token, on }) {
    this.url = url; this.user = user; this.token = token; this.on = on;
    this.device = randomId();
    this.outbox = new Map();  // cid → request of a send
    this.waiting = new Map(); // cid → { request, resolve, reject } of other requests
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

  // request sends and resolves with the answer. It isn't repeated after a reconnect.
  request(fields) {
    if (!this.online) return Promise.reject({ reason: "disconnected" });
    const request = { ...fields, cid: randomId() };
    this.write(request);
    return new Promise((resolve, reject) => this.waiting.set(request.cid, { request, resolve, reject }));
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

  // sync asks for everything behind the page's cursors, one request at a time, until there is no more.
  async sync() {
    this.behind = true;
    if (this.syncing) return;
    this.syncing = true;
    while (this.behind && this.online) {
      this.behind = false;
      const answer = await this.request({ type: "sync", cursors: this.on.cursors() }).catch(() => undefined);
      if (!answer) break;
      const ends = answer.convs ?? {};
      this.on.synced(ends);
      this.behind ||= Object.values(ends).some(end => end.has_more);
    }
    this.syncing = false;
  }

  receive(m) {
    const waiting = this.waiting.get(m.cid);
    if (m.type === "error") this.refused(m, waiting);
    else if (waiting && this.waiting.delete(m.cid)) waiting.resolve(m);
    else if (m.type === "system") this.system(m);
    else if (m.type === "sent") this.sent(m);
    else if (m.type === "read") this.on.read(m);
    else if (m.type === "conversation") this.on.settings(m);
    else if (m.id && m.conv_id) this.on.entry(m); // also of a kind that is unknown here: its place counts
    else if (m.type === "group") this.on.notice(m);
  }

  system(m) {
    if (m.event === "shutdown") this.retryAfter = m.retry_after_ms;
    if (m.event !== "welcome") return;
    this.online = true;
    this.tries = 0;
    this.on.welcome(m.user_id);
    this.on.state("online");
    for (const request of this.outbox.values()) this.write(request);
  }

  sent(m) { if (this.outbox.delete(m.cid)) this.on.sent(m.cid, m); }

  // refused tries again what is refused only for now, and a send also where it is unknown what became of it.
  refused(error, waiting) {
    const send = this.outbox.get(error.cid);
    if (waiting && error.retry_after_ms) return this.later(waiting.request, error);
    if (waiting && this.waiting.delete(error.cid)) return waiting.reject(error);
    if (!send) return;
    if (error.retry_after_ms || error.code >= 500) { this.on.retrying(error.cid); return this.later(send, error); }
    this.outbox.delete(error.cid);
    this.on.failed(error.cid, error);
  }

  later(request, { retry_after_ms: wait = 1000 }) {
    const { cid } = request;
    setTimeout(() => { if (this.online && (this.outbox.has(cid) || this.waiting.has(cid))) this.write(request); }, wait);
  }
}

function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, b => b.toString(16).padStart(2, "0")).join("");
}
