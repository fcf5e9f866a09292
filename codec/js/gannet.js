// The JavaScript client of Gannet: one module without dependencies, for browsers and Node.
// How to use it: docs/javascript.md. The protocol: docs/protocol.md. Types: gannet.d.ts.
//
// Sections: Client · Line (the connection) · Login (tokens) · Requests · Outbox · Logs (order, gaps,
// acknowledgements) · Shelf (a user's part of a store) · stores · HTTP · small things.

const protocol = "gannet.v1";
const longestTimer = 2 ** 31 - 1;
const listAgain = 5000;

// ---------------------------------------------------------------- Client

// Client is what an application uses: it joins the parts and tells what happens.
export class Client {
  #options; #clock; #line; #login; #requests; #outbox; #logs; #shelf; #http;
  #handlers = new Map();
  #state = { state: "connecting" };
  #user; #device; #closed = false; #isReady = false; #becomeReady; #neverReady;
  #watched = new Set();
  #told = { typing: "", at: 0 };
  #binding;
  #away = [];

  constructor(options) {
    const o = this.#options = withDefaults(options);
    const clock = this.#clock = { ...realClock, ...o.clock };
    this.ready = new Promise((resolve, reject) => { this.#becomeReady = resolve; this.#neverReady = reject; });
    this.ready.catch(() => {}); // who doesn't ask needn't hear of it; `state` tells too
    const emit = (name, event) => this.#emit(name, event);
    this.#shelf = new Shelf(o.store, emit);
    this.#login = new Login(o, clock);
    this.#line = new Line(o, clock, this.#login, {
      prepare: () => this.#prepare(),
      welcome: m => this.#welcome(m),
      receive: m => this.#receive(m),
      lost: code => this.#lost(code),
      state: s => this.#changed(s),
      beat: () => this.#adopt(),
      ask: fields => this.#requests.ask(fields, true),
      error: e => emit("error", e),
    });
    this.#requests = new Requests(this.#line, clock, o);
    this.#outbox = new Outbox(o, clock, this.#line, this.#shelf, emit, {
      convOf: request => this.#convOf(request),
      answered: () => this.#logs.answered(),
    });
    this.#logs = new Logs(clock, this.#line, this.#shelf, emit, {
      unsure: conv => this.#outbox.unsureOf(conv),
      user: () => this.#user,
      save: o.from !== "ends",
      caughtUp: convs => this.#caughtUp(convs),
    });
    if (typeof o.from === "object") this.#logs.begin(o.from);
    this.#http = new HTTP(o, clock, this.#login);
    this.#listen();
    queueMicrotask(() => { if (!this.#closed) this.#line.connect("connect"); }); // handlers are there by then
  }

  get user() { return this.#user; }
  get device() { return this.#device; }
  get state() { return this.#state; }

  on(name, fn) {
    if (!this.#handlers.has(name)) this.#handlers.set(name, new Set());
    const call = e => fn(e); // the same function may be given twice
    this.#handlers.get(name).add(call);
    return () => void this.#handlers.get(name).delete(call);
  }

  send(target, content, { contentType, replyTo, mentions, mentionAll, ttl, cid } = {}) {
    if (this.#closed) throw new GannetError({ reason: "closed" });
    const request = {
      type: "send", cid: cid ?? newName(), ...fieldsOf(target), content, content_type: contentType,
      mentions: mentionAll ? "all" : mentions, reply_to: replyTo?.id ?? replyTo, ttl_s: ttl,
    };
    const done = this.#outbox.add(request, replyTo?.seq);
    return { cid: request.cid, done };
  }

  outbox() { return this.#outbox.list(); }
  cancel(cid) { return this.#outbox.cancel(cid); }

  async recall(id) { await this.request({ type: "recall", id }); }
  async edit(id, content, { contentType } = {}) { await this.request({ type: "edit", id, content, content_type: contentType }); }
  async react(id, emoji, { remove } = {}) { await this.request({ type: "react", id, emoji, remove }); }
  async read(convId, place) { await this.request({ type: "read", conv_id: convId, seq: place }); }
  async agent({ status, maxSessions }) { await this.request({ type: "agent", status, max_sessions: maxSessions }); }

  ack(convId, place) { this.#logs.ackUpTo(convId, place); }

  typing(target) {
    const fields = fieldsOf(target), key = JSON.stringify(fields), now = this.#clock.now();
    if (this.#told.typing === key && now - this.#told.at < 1000) return; // the server drops more
    this.#told = { typing: key, at: now };
    this.#line.write({ type: "typing", cid: "typing", ...fields });
  }

  history(target, { before, limit } = {}) {
    return this.request({ type: "history", ...fieldsOf(target), before, limit });
  }

  async message(convId, seq) {
    const { messages } = await this.history(convId, { before: seq + 1, limit: 1 });
    return messages.find(m => m.type === "chat" && m.seq === seq);
  }

  conversations({ limit, cursor } = {}) { return this.request({ type: "conversations", limit, cursor }); }
  presence(users) { return this.request({ type: "presence", users }); }

  watch(users) {
    for (const user of users) this.#watched.add(user);
    return this.request({ type: "presence", users, watch: true });
  }

  unwatch(users = [...this.#watched]) {
    for (const user of users) this.#watched.delete(user);
    if (!this.#line.online || users.length === 0) return;
    const rest = this.#watched.size === 0 ? undefined : users;
    this.#requests.ask({ type: "presence", users: rest, watch: false }, true).catch(() => {}); // a new connection watches anew
  }

  request(fields) { return this.#requests.ask(fields); }
  http(method, path, body, options) { return this.#http.call(method, path, body, options); }
  cursors() { return this.#logs.cursors(); }

  connect() { if (!this.#closed) this.#line.wake(); }

  async close() {
    if (this.#closed) return;
    this.#closed = true;
    for (const stop of this.#away) stop();
    this.#logs.flush();
    const over = this.#line.stop("closed");
    this.#outbox.close();
    await Promise.all([over, this.#binding]);
    this.#shelf.release();
  }

  async forget() {
    await this.close();
    await this.#shelf.forget();
  }

  #emit(name, event) {
    const promises = [];
    for (const fn of [...(this.#handlers.get(name) ?? [])]) {
      try {
        const result = fn(event);
        if (typeof result?.then === "function") promises.push(Promise.resolve(result).catch(report));
      } catch (error) {
        report(error);
      }
    }
    return promises;
  }

  #changed(state) {
    this.#state = state;
    if (state.state === "stopped") {
      const error = new GannetError({ reason: state.reason === "closed" ? "closed" : "stopped", msg: `the client has stopped: ${state.reason}` });
      this.#requests.failAll(error);
      this.#neverReady(error);
    }
    this.#emit("state", state);
  }

  // prepare opens the user's part of the store, as soon as it is known whose, and gives what a
  // connection needs from it.
  async #prepare() {
    const user = this.#options.user ?? this.#login.subject;
    if (user !== undefined) await this.#bind(user);
    return this.#device ??= this.#options.device ?? newName();
  }

  #bind(user) {
    if (this.#user !== undefined && this.#user !== user) throw otherUser;
    return this.#binding ??= (async () => {
      this.#user = user;
      let saved = { messages: [], cursors: {} };
      try {
        saved = await this.#shelf.open(user, this.#options.device);
      } catch (error) {
        this.#emit("error", error); // it goes on without the store
      }
      this.#device ??= saved.device;
      if (this.#options.from === "server") this.#logs.begin(saved.cursors);
      this.#outbox.load(saved.messages);
    })();
  }

  async #welcome(m) {
    const { number } = this.#line;
    if (this.#user !== undefined && this.#user !== m.user_id) return void this.#line.stop("other_user");
    await this.#bind(m.user_id);
    if (number !== this.#line.number) return;
    this.#device = m.device;
    this.#line.ready();
    if (!this.#line.online) return; // a handler closed it
    if (this.#watched.size > 0) this.#watchAgain();
    this.#outbox.online();
    this.#requests.online();
    this.#adopt();
    if (this.#options.from === "ends") this.#list();
    else this.#logs.catchUp();
  }

  #adopt() {
    this.#shelf.adopt(messages => this.#outbox.load(messages)).catch(error => this.#emit("error", error));
  }

  #caughtUp(convs) {
    this.#emit("synced", { convs });
    if (this.#isReady) return;
    this.#isReady = true;
    this.#becomeReady({ user: this.#user, device: this.#device });
  }

  async #watchAgain() {
    try {
      this.#emit("presence", await this.#requests.ask({ type: "presence", users: [...this.#watched], watch: true }, true));
    } catch { /* the connection broke: asked again on the next one */ }
  }

  // list asks for all conversations, begins the unknown ones at their ends, and catches up. A part of them
  // isn't told as the whole: where that is all there is, it begins anew in a while.
  async #list() {
    const { number } = this.#line;
    const conversations = [];
    try {
      for (let cursor; cursor !== null;) {
        const page = await this.#requests.ask({ type: "conversations", limit: 200, cursor }, true);
        conversations.push(...page.conversations);
        cursor = page.next ?? null;
      }
    } catch (error) {
      if (number !== this.#line.number) return;
      this.#emit("error", error);
      return this.#line.timers.set("list", listAgain, () => this.#list());
    }
    this.#logs.beginAtEnds(conversations);
    await Promise.all(this.#emit("conversations", { conversations }));
    if (number === this.#line.number) this.#logs.catchUp();
  }

  #lost(code) {
    this.#outbox.offline(code);
    this.#requests.offline();
    this.#logs.offline();
  }

  #receive(m) {
    if (m.type === "error") return this.#refused(m);
    if (m.type === "sent") return this.#sent(m);
    if (m.type === "synced") return this.#logs.synced(m);
    if (m.cid !== undefined && this.#requests.answered(m)) return;
    if (noticeTypes.has(m.type)) return void this.#emit(m.type, m);
    if (isEntry(m)) return this.#logs.offer(m);
    if (m.type === "pong" || m.type === "ok") return;
    if (m.type === "system" && m.event === "shutdown") this.#line.comeBackAfter(m.retry_after_ms);
    this.#emit("notice", m);
  }

  #sent(m) {
    const item = this.#outbox.sent(m);
    if (!item) return; // cancelled, or answered twice
    const { cid, id, conv_id, seq, time } = m;
    const sent = { cid, id, conv_id, seq, time };
    item.resolve(sent);
    this.#emit("sent", sent);
    this.#logs.offer(ownEntry(item, sent, this.#user), true);
    this.#outbox.pump();
  }

  #refused(m) {
    if (this.#logs.refused(m) || this.#requests.refused(m) || this.#outbox.refused(m)) return;
    if (m.cid === "typing") return;
    this.#emit("notice", m);
  }

  #convOf({ conv_id, group_id, to }) {
    if (conv_id) return conv_id;
    if (group_id) return "group_" + group_id;
    if (this.#user === undefined) return undefined;
    return "single_" + (this.#user < to ? `${this.#user}:${to}` : `${to}:${this.#user}`);
  }

  // listen hears from the browser when a new attempt is worth it, and when the page goes away.
  #listen() {
    const listen = (target, name, fn) => {
      if (typeof target?.addEventListener !== "function") return;
      target.addEventListener(name, fn);
      this.#away.push(() => target.removeEventListener(name, fn));
    };
    const { document } = globalThis;
    listen(globalThis, "online", () => this.#line.nudge());
    listen(document, "visibilitychange", () => { if (document.visibilityState === "visible") this.#line.nudge(); });
    listen(globalThis, "pageshow", () => this.#line.nudge());
    listen(globalThis, "pagehide", () => this.#logs.flush());
  }
}

function withDefaults(options) {
  const o = {
    tokenIn: "message", from: "server", requestTimeout: 30_000, outboxMessages: 1000, outboxSize: 1_000_000, messageBytes: 65_536,
    WebSocket: globalThis.WebSocket, ...options,
  };
  if (!o.url) throw new TypeError("gannet: url is missing");
  if (o.user === undefined && o.token === undefined) throw new TypeError("gannet: user or token is missing");
  if (o.user !== undefined) o.user = String(o.user); // as the server names it
  if (typeof o.WebSocket !== "function") throw new TypeError("gannet: there is no WebSocket here; give one, such as that of the package ws");
  o.store ??= memoryStore();
  o.fetch ??= (...args) => globalThis.fetch(...args);
  o.api ??= globalThis.location?.origin;
  return o;
}

// ownEntry is what others get as `chat`: of its own messages a connection is told their places only.
function ownEntry({ request, replySeq }, { id, conv_id, seq, time, cid }, user) {
  const e = { type: "chat", id, conv_id, seq, from: user };
  const kind = conv_id.slice(0, conv_id.indexOf("_")), rest = conv_id.slice(kind.length + 1);
  if (kind === "single") e.to = request.to ?? rest.split(":").find((name, i, [a]) => name !== user || (i === 1 && a === user));
  if (kind === "group") e.group_id = rest;
  if (kind === "service") e.session_id = rest.split(".")[0];
  e.content = request.content;
  if (request.content_type && request.content_type !== "text") e.content_type = request.content_type;
  e.time = time;
  if (request.ttl_s) e.expires_at = time + request.ttl_s * 1000;
  if (request.mentions?.length > 0) e.mentions = request.mentions;
  if (request.reply_to) e.reply_to = request.reply_to;
  if (request.reply_to && replySeq) e.reply_seq = replySeq;
  return { ...e, cid };
}

// ---------------------------------------------------------------- Line

const connectLimit = 10_000; // ms from the attempt to the welcome
const firstWait = 1000;      // the first wait is half of it to all of it, each next one twice as long
const longestWait = 15_000;
const heldLong = 5000;       // a connection that held so long begins the waits anew
const heldWell = 30_000;     // and after so long a login that is refused is worth a second one
const pingEvery = 25_000;
const pongLimit = 10_000;
const nudgeLimit = 5000;
const secondLook = 1000;

// Line is the connection: it comes back after every end but those that are final.
class Line {
  constructor(options, clock, login, hooks) {
    Object.assign(this, { options, clock, login, hooks });
    this.number = 0; // of the attempt: what began with another one is over
    this.tries = 0;
    this.notBefore = 0;
    this.online = false;
    this.heard = 0; // messages
    this.phase = "new";
    this.timers = new Timers(clock);
  }

  async connect(reason) {
    const number = ++this.number;
    this.timers.clear();
    this.enter({ state: "connecting" });
    let device;
    try {
      const token = await this.login.fresh(reason);
      if (number !== this.number) return;
      if (this.login.needed && !token) return void this.stop("unauthorized");
      device = await this.hooks.prepare();
    } catch (error) {
      if (number !== this.number) return;
      if (error === otherUser) return void this.stop("other_user");
      this.hooks.error(error);
      return this.lost(1006);
    }
    if (number === this.number) this.open(number, device);
  }

  open(number, device) {
    this.timers.set("limit", connectLimit, () => this.lost(1006));
    let ws;
    try {
      ws = this.ws = new this.options.WebSocket(this.address(device), [protocol]);
    } catch (error) {
      this.hooks.error(error);
      return this.lost(1006);
    }
    const current = fn => e => { if (number === this.number && ws === this.ws) fn(e); };
    ws.onopen = current(() => {
      if (this.login.needed && this.options.tokenIn === "message") this.put({ type: "auth", token: this.login.token });
    });
    ws.onmessage = current(e => this.hear(e.data));
    ws.onclose = current(e => this.lost(e.code));
    ws.onerror = () => {}; // a close follows
  }

  address(device) {
    const url = new URL(this.options.url);
    const { user, role, tokenIn } = this.options;
    url.searchParams.set("device", device);
    if (this.login.needed) {
      if (tokenIn === "query") url.searchParams.set("token", this.login.token);
    } else {
      url.searchParams.set("uid", user);
      if (role) url.searchParams.set("role", role);
    }
    return url.href;
  }

  hear(data) {
    this.heard++;
    let m;
    try {
      m = JSON.parse(data);
    } catch {
      return; // no message of the protocol
    }
    if (this.welcomed) return this.hooks.receive(m);
    if (m.type === "error") return this.comeBackAfter(m.retry_after_ms);
    if (m.type !== "system" || m.event !== "welcome") return;
    this.welcomed = true;
    this.heartbeat = m.heartbeat > 0 ? Math.min(pingEvery, m.heartbeat * 400) : pingEvery;
    this.login.skew = m.time - this.clock.now() || 0;
    this.hooks.welcome(m);
  }

  // ready says that the welcome was taken in: from now on the parts may write.
  ready() {
    this.timers.clear();
    this.online = true;
    this.since = this.clock.now();
    this.enter({ state: "online" });
    this.timers.set("ping", this.heartbeat, () => this.beat());
    this.renewLater();
  }

  beat() {
    this.hooks.beat();
    this.timers.set("ping", this.heartbeat, () => this.beat());
    this.probe(pongLimit);
  }

  // probe ends a connection on which nothing comes any more.
  probe(limit) {
    const { heard } = this;
    this.put({ type: "ping" });
    this.timers.set("pong", limit, () => { if (this.heard === heard) this.lost(1006); });
  }

  renewLater() {
    const wait = this.login.renewIn();
    if (wait !== undefined) this.timers.set("renew", Math.min(wait, longestTimer), () => this.renew());
  }

  async renew() {
    const number = this.number;
    try {
      const token = await this.login.fresh("renew");
      if (number !== this.number || !this.online) return;
      if (!token) return void this.stop("unauthorized");
      await this.hooks.ask({ type: "auth", token });
      if (number === this.number) this.renewLater();
    } catch (error) {
      if (number !== this.number || !this.online) return;
      this.hooks.error(error);
      this.timers.set("renew", Math.max(error.retryAfter ?? 0, this.login.retryIn()), () => this.renew());
    }
  }

  get writable() { return this.online && this.ws.readyState === 1; }

  put(message) {
    if (this.ws?.readyState !== 1) return false;
    try {
      this.ws.send(typeof message === "string" ? message : encode(message));
    } catch (error) {
      this.hooks.error(error);
      return false;
    }
    return true;
  }

  // write gives up what can't go out now, and tells.
  write(message) { return this.online && this.put(message); }

  comeBackAfter(ms) { if (ms > 0) this.notBefore = this.clock.now() + ms; }

  drop() {
    const { ws } = this;
    this.ws = null;
    this.number++;
    const was = this.online;
    this.online = this.welcomed = false;
    this.timers.clear();
    if (ws) ws.onopen = ws.onmessage = ws.onclose = null;
    return { ws, was };
  }

  lost(code) {
    const held = this.online ? this.clock.now() - this.since : 0;
    const { ws } = this.drop();
    close(ws, this.clock);
    this.hooks.lost(code);
    if (held >= heldLong) this.tries = 0;
    if (held >= heldWell) this.refused = false;
    if (code === 4001 && this.login.renewable && !this.refused) {
      this.refused = true;
      return void this.connect("refused");
    }
    if (finalCodes[code]) return void this.finish(finalCodes[code], code);
    this.wait(code);
  }

  wait(code) {
    const most = Math.min(longestWait, firstWait * 2 ** this.tries++);
    const chosen = most * (0.5 + this.clock.random() / 2); // spread, so that a restarted server isn't stormed
    const retryIn = Math.max(chosen, this.notBefore - this.clock.now());
    this.enter({ state: "waiting", retryIn, code });
    this.timers.set("again", retryIn, () => this.connect("connect"));
  }

  // wake connects now, also where the client has stopped; nudge only where it waits. Neither comes
  // sooner than the server has asked for.
  wake() {
    this.refused = false;
    if (this.phase === "stopped") this.phase = "waiting";
    this.nudge();
  }

  nudge() {
    if (this.online) {
      this.hooks.beat();
      this.timers.set("look", secondLook, () => this.hooks.beat()); // a tab that closes has its locks for a moment
      return this.probe(nudgeLimit);
    }
    if (this.phase !== "waiting") return;
    this.tries = 0;
    const rest = this.notBefore - this.clock.now();
    this.timers.clear();
    if (rest <= 0) return void this.connect("connect");
    this.enter({ state: "waiting", retryIn: rest });
    this.timers.set("again", rest, () => this.connect("connect"));
  }

  // stop ends it, and gives a promise of the end of the socket.
  stop(reason) {
    const { ws } = this.drop();
    const over = close(ws, this.clock);
    this.hooks.lost(1000);
    this.finish(reason);
    return over;
  }

  finish(reason, code) {
    this.enter({ state: "stopped", reason, ...(code && { code }) });
  }

  enter(state) {
    this.phase = state.state;
    this.hooks.state(state);
  }
}

const finalCodes = { 4001: "unauthorized", 4002: "replaced", 4003: "kicked" };
const otherUser = new Error("gannet: the token is of another user");

// close ends a socket; the promise is good when it is over, or hasn't answered for a second.
function close(ws, clock) {
  if (!ws || ws.readyState === 3) return Promise.resolve();
  return new Promise(resolve => {
    const timer = clock.setTimeout(resolve, 1000);
    ws.onclose = () => { clock.clearTimeout(timer); resolve(); };
    try { ws.close(1000); } catch { resolve(); }
  });
}

// ---------------------------------------------------------------- Login

const longestLead = 5 * 60_000; // a token is renewed so long before its end, or in the last fifth of its life

class Login {
  constructor({ token, requestTimeout: timeout }, clock) {
    Object.assign(this, { source: token, timeout, clock });
    this.needed = token !== undefined;
    this.renewable = typeof token === "function";
    this.skew = 0; // the server's clock less ours
  }

  // fresh asks for a token. Who asks while another asks gets the same.
  fresh(reason) {
    return this.asking ??= this.ask(reason).finally(() => { this.asking = undefined; });
  }

  async ask(reason) {
    const token = this.token = this.renewable ? await this.inTime(this.source({ reason })) : this.source;
    if (!token) return undefined;
    const { sub, exp, iat } = claimsOf(token);
    this.subject = sub === undefined ? undefined : String(sub);
    this.expires = exp * 1000 || undefined;
    this.life = exp - iat > 0 ? (exp - iat) * 1000 : Infinity;
    return token;
  }

  // inTime gives up what never comes: all that needs a login would wait for it.
  inTime(promise) {
    return new Promise((resolve, reject) => {
      const timer = this.clock.setTimeout(() => reject(new GannetError({ reason: "timeout", msg: "no token came" })), this.timeout);
      Promise.resolve(promise).then(resolve, reject).finally(() => this.clock.clearTimeout(timer));
    });
  }

  left() { return this.expires - (this.clock.now() + this.skew); }
  get expired() { return this.expires !== undefined && this.left() <= 0; }

  renewIn() {
    if (!this.renewable || this.expires === undefined) return undefined;
    const left = this.left();
    const wait = left - Math.min(longestLead, Math.min(left, this.life) / 5);
    // A token that was nearly over when it came mustn't be asked for in a loop.
    return Math.max(wait, 1000);
  }

  retryIn() { return Math.min(30_000, Math.max(1000, this.left() / 4 || 0)); }
}

// claimsOf reads a JWT without checking it: that is the server's part.
function claimsOf(token) {
  try {
    const part = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), c => c.charCodeAt(0)))) ?? {};
  } catch {
    return {};
  }
}

// ---------------------------------------------------------------- Requests

// Requests are what isn't a send. All of them may be repeated: they go out again after a reconnect,
// until they are answered or their time is over.
class Requests {
  constructor(line, clock, { requestTimeout: timeout, messageBytes: most }) {
    Object.assign(this, { line, clock, timeout, most });
    this.waiting = new Map();
  }

  // ask gives the answer. What is asked once isn't asked again on another connection.
  async ask(fields, once = false) {
    if (this.line.phase === "stopped") throw new GannetError({ reason: "stopped", msg: "the client has stopped" });
    const request = { ...fields, cid: newName() };
    const text = encode(request);
    if (bytes(text) > this.most) throw new GannetError({ code: 413, reason: "too_large", msg: "the request is too large", cid: request.cid });
    return new Promise((resolve, reject) => {
      const late = () => this.take(request.cid)?.reject(new GannetError({ reason: "timeout", cid: request.cid }));
      const timer = this.clock.setTimeout(late, this.timeout);
      this.waiting.set(request.cid, { text, once, resolve, reject, timer });
      this.line.write(text);
    });
  }

  take(cid) {
    const w = this.waiting.get(cid);
    if (!w) return undefined;
    this.waiting.delete(cid);
    this.clock.clearTimeout(w.timer);
    this.clock.clearTimeout(w.again);
    return w;
  }

  answered(m) {
    const w = this.take(m.cid);
    w?.resolve(m);
    return w !== undefined;
  }

  refused(m) {
    const w = this.waiting.get(m.cid);
    if (!w) return false;
    if (m.retry_after_ms === undefined) this.take(m.cid).reject(refusal(m));
    else w.again = this.clock.setTimeout(() => this.line.write(w.text), m.retry_after_ms);
    return true;
  }

  online() { for (const w of this.waiting.values()) if (!w.once) this.line.write(w.text); }

  offline() {
    for (const [cid, w] of [...this.waiting]) {
      this.clock.clearTimeout(w.again);
      if (w.once) this.take(cid).reject(new GannetError({ reason: "network", cid }));
    }
  }

  failAll(error) { for (const cid of [...this.waiting.keys()]) this.take(cid).reject(error); }
}

// ---------------------------------------------------------------- Outbox

const windowSize = 64;       // messages under way at a time
const longestFaultWait = 60_000;
const mostFaults = 10;       // of the server, of one message
const longestAge = 6 * 24 * 3600_000; // the server knows a cid for 7 days; later the message might come twice

// Outbox has the messages that aren't answered, oldest first. Each goes out again, with the same cid,
// until the server says what became of it.
class Outbox {
  constructor(options, clock, line, shelf, emit, { convOf, answered }) {
    Object.assign(this, { options, clock, line, shelf, emit, convOf, answered });
    this.items = new Map();
    this.flying = new Set(); // written to this connection, and not answered
    this.size = 0;
    this.order = 0;
    this.window = windowSize;
    this.holdUntil = 0;
    this.timers = new Timers(clock);
  }

  add(request, replySeq) {
    const text = this.check(request);
    const item = this.keep({ request, text, replySeq, time: this.clock.now(), order: this.order++ });
    this.store(item);
    this.emit("sending", this.show(item));
    this.pump();
    return item.done;
  }

  // check refuses what the server would refuse, or what can't be kept.
  check(request) {
    const { cid, content } = request;
    const refuse = (reason, msg) => { throw new GannetError({ code: reason === "too_large" ? 413 : 400, reason, msg, cid }); };
    if (typeof cid !== "string" || !/^[\x21-\x7e]{1,64}$/.test(cid)) refuse("bad_request", "a cid is 1 to 64 characters of ASCII without spaces");
    if (this.items.has(cid)) refuse("bad_request", "the cid is in use");
    if (JSON.stringify(content) === undefined) refuse("bad_request", "the content must be a JSON value");
    const text = encode(request);
    if (bytes(text) > this.options.messageBytes) refuse("too_large", "the message is too large");
    const full = this.items.size >= this.options.outboxMessages || this.size + text.length > this.options.outboxSize;
    if (full) throw new GannetError({ reason: "outbox_full", msg: "too many messages wait to be sent", cid });
    return text;
  }

  keep(item) {
    item.done = new Promise((resolve, reject) => Object.assign(item, { resolve, reject }));
    item.done.catch(() => {}); // the event `failed` tells too
    item.faults = item.waits = item.notBefore = 0;
    item.lost = item.triedAt !== undefined; // it has gone out, and what became of it wasn't heard
    this.items.set(item.request.cid, item);
    this.size += item.text.length;
    return item;
  }

  store({ request, replySeq, time, order, triedAt }) {
    this.shelf.putMessage(request.cid, JSON.stringify({ request, replySeq, time, order, triedAt }));
  }

  // load takes messages in that were kept by an earlier page, or by one that is gone.
  load(saved) {
    const mine = [...this.items.values()];
    const fresh = [];
    for (const m of saved) if (!this.items.has(m.request.cid)) fresh.push(this.keep({ ...m, text: encode(m.request) }));
    for (const item of mine) this.store(item); // given before it was known where to
    this.order = Math.max(this.order, ...saved.map(m => m.order + 1));
    const byAge = (a, b) => a.time - b.time || a.order - b.order;
    this.items = new Map([...fresh.sort(byAge), ...mine].map(item => [item.request.cid, item]));
    for (const item of fresh) this.emit("sending", this.show(item));
    this.pump();
  }

  show({ request, time, triedAt }) {
    const { type, ...fields } = JSON.parse(JSON.stringify(request));
    return { ...fields, conv_id: this.convOf(request), time, tried: triedAt !== undefined };
  }

  list() { return [...this.items.values()].map(item => this.show(item)); }

  remove(cid) {
    const item = this.items.get(cid);
    if (!item) return undefined;
    this.items.delete(cid);
    this.flying.delete(cid);
    this.size -= item.text.length;
    this.shelf.dropMessage(cid);
    if (this.items.size === 0) this.solo = false;
    return item;
  }

  fail(cid, error) {
    const item = this.remove(cid);
    if (!item) return;
    item.reject(error);
    this.emit("failed", { cid, item: this.show(item), error });
  }

  cancel(cid) {
    const item = this.items.get(cid);
    if (!item || item.triedAt !== undefined) return false;
    this.fail(cid, new GannetError({ reason: "cancelled", cid }));
    return true;
  }

  // pump is called after each answer too. It sends what may go out now, in order: nothing overtakes what waits in its conversation.
  pump() {
    this.answered();
    const now = this.clock.now();
    if (!this.line.writable) return;
    if (this.holdUntil > now) return this.timers.set("pump", this.holdUntil - now, () => this.pump());
    let next = Infinity;
    const waiting = new Set();
    for (const [cid, item] of [...this.items]) {
      if (this.flying.size >= (this.solo ? 1 : this.window)) break;
      if (this.flying.has(cid)) continue;
      const conv = this.convOf(item.request);
      if (item.notBefore > now) {
        waiting.add(conv);
        next = Math.min(next, item.notBefore);
      } else if (!waiting.has(conv)) this.write(cid, item, now);
    }
    if (next < Infinity) this.timers.set("pump", next - now, () => this.pump());
  }

  write(cid, item, now) {
    if (now - item.triedAt > longestAge) {
      return this.fail(cid, new GannetError({ reason: "too_old", msg: "nobody knows what became of it, and it is too old to be sent again", cid }));
    }
    if (item.triedAt === undefined) {
      item.triedAt = now;
      this.store(item);
    }
    if (this.line.write(item.text)) this.flying.add(cid);
  }

  // unsureOf tells whether messages of the conversation may be stored whose answers are to come.
  unsureOf(conv) {
    const unsure = ([cid, item]) => this.flying.has(cid) || (item.lost && item.waits === 0); // the log itself refused what waits
    return [...this.items].some(entry => unsure(entry) && this.convOf(entry[1].request) === conv);
  }

  sent({ cid }) {
    const item = this.remove(cid);
    if (item) this.window = Math.min(windowSize, this.window + 1);
    return item;
  }

  // refused tries again what is refused for now, and what became of is unknown.
  refused(m) {
    const item = this.items.get(m.cid);
    if (!item) return false;
    this.flying.delete(m.cid);
    const now = this.clock.now();
    if (m.retry_after_ms !== undefined) {
      this.holdUntil = Math.max(this.holdUntil, now + m.retry_after_ms);
      this.window = 1; // more goes out as answers come
    } else if (m.code >= 500 && (m.reason !== "internal" || ++item.faults < mostFaults)) {
      item.notBefore = now + Math.min(longestFaultWait, firstWait * 2 ** ++item.waits) * (0.5 + this.clock.random() / 2);
    } else {
      this.fail(m.cid, refusal(m));
    }
    this.pump();
    return true;
  }

  online() {
    this.holdUntil = 0;
    this.window = windowSize;
    this.pump();
  }

  offline(code) {
    this.timers.clear();
    if (code === 1009) { // one of those under way is too large: if it isn't clear which, they go out one at a time
      const [cid, ...others] = this.flying;
      this.solo = others.length > 0;
      if (cid && !this.solo) this.fail(cid, new GannetError({ code: 413, reason: "too_large", msg: "the message is too large", cid }));
    }
    for (const cid of this.flying) this.items.get(cid).lost = true;
    this.flying.clear();
  }

  close() {
    this.timers.clear();
    for (const item of this.items.values()) item.reject(new GannetError({ reason: "closed", cid: item.request.cid }));
  }
}

// ---------------------------------------------------------------- Logs

const ackDelay = 100;
const saveDelay = 1000;
const answerWait = 1000; // a gap may be a message that was sent from here: its answer fills it sooner than a sync
const raceWait = 200;    // before an own message, others may be on their way
const mostHeld = 1000;   // entries behind a gap, of one conversation
const syncLimit = 500;
const mostCursors = 32 << 10; // bytes of a request; more conversations are asked for in a second one

// Track is how far a conversation has come. Its entries leave it by rising place, each once.
class Track {
  constructor(conv) {
    this.conv = conv;
    this.known = false; // whether last means something
    this.last = 0;      // handed on up to here
    this.done = 0;      // and its handlers have returned
    this.acked = 0;
    this.settled = 0;   // up to here the server has nothing more than what is held: gaps are how it is
    this.held = [];     // by rising place
    this.lost = false;  // some of those behind the gap were thrown away
    this.more = false;  // the server has more, to be asked for when what is held was handed on
    this.early = [];    // own entries whose answers came before the catch-up was done
    this.busy = null;   // a promise: the handlers of the last entry haven't returned
  }

  begin(place) {
    this.known = true;
    this.last = this.done = this.settled = this.acked = place;
  }

  // insert keeps an entry until it is due. What the server pushed goes before what was built from an answer: it may have been changed.
  insert(e, own) {
    const place = placeOf(e);
    let i = this.held.length;
    while (i > 0 && placeOf(this.held[i - 1]) > place) i--;
    const same = this.held[i - 1];
    if (same && placeOf(same) === place) {
      if (!own) this.held[i - 1] = e;
      return;
    }
    this.held.splice(i, 0, e);
    if (this.held.length > mostHeld) {
      this.held.pop();
      this.lost = true;
    }
  }

  // next gives the entry that is due.
  next() {
    const [e] = this.held;
    return e && (placeOf(e) === this.last + 1 || placeOf(e) <= this.settled) ? this.held.shift() : undefined;
  }

  get gap() { return this.held.length > 0 || this.lost; }
}

// Logs hands entries on in order, asks for what is missing, and acknowledges what was handed on.
class Logs {
  constructor(clock, line, shelf, emit, { unsure, user, save, caughtUp }) {
    Object.assign(this, { clock, line, shelf, emit, unsure, user, saves: save, tell: caughtUp });
    this.tracks = new Map();
    this.mine = new Map();     // id → cid of what was sent from here and isn't handed on yet
    this.nameless = new Set(); // tracks that wait for a cid
    this.gaps = new Set();
    this.acks = new Set();
    this.todo = new Set();
    this.timers = new Timers(clock);
    this.saving = new Timers(clock);
  }

  track(conv) {
    if (!this.tracks.has(conv)) this.tracks.set(conv, new Track(conv));
    return this.tracks.get(conv);
  }

  // begin takes cursors over; what came before in their conversations is not asked for.
  begin(cursors) {
    for (const [conv, place] of Object.entries(cursors)) if (!this.track(conv).known) this.track(conv).begin(place);
  }

  beginAtEnds(list) {
    for (const { conv_id: conv, last_seq: last, ack_seq: acked } of list) {
      const t = this.track(conv);
      if (t.known) continue;
      t.begin(Math.min(last, ...t.early.map(e => e.seq - 1)));
      t.acked = acked;
      if (acked < t.done) this.acks.add(t); // who has the list has its messages
    }
  }

  cursors() {
    return Object.fromEntries([...this.tracks.values()].filter(t => t.known).map(t => [t.conv, t.done]));
  }

  // offer takes an entry in: from the server, or built from the answer to a send.
  offer(e, own = false) {
    const t = this.track(e.conv_id);
    const place = placeOf(e);
    if (own) this.mine.set(e.id, e.cid);
    if (own && !this.live) return void t.early.push(e); // only the sync tells whether the server's log is still the same
    if (!t.known) this.meet(t, e, place, own);
    if (t.known && place <= t.last) {
      this.mine.delete(e.id);
      return this.ackSoon(t);
    }
    t.own = own;
    t.insert(e, own);
    this.advance(t);
  }

  // meet decides where an unknown conversation begins. What the server pushes has nothing before it,
  // except that of a session into which the user comes everything is before it; and except for own messages:
  // with those about, only a sync can tell.
  meet(t, e, place, own) {
    const me = this.user();
    const entered = e.type === "session" && ((e.event === "assigned" && e.agent_id === me) || (e.event === "joined" && e.user_id === me));
    t.metIn = this.syncing;
    if (place === 1 || entered) t.begin(0);
    else if (!own && (this.syncing || !this.unsure(t.conv))) t.begin(Math.min(place, ...t.held.map(placeOf)) - 1);
  }

  advance(t) {
    while (!t.busy && t.known && !this.waitsForName(t)) {
      const e = t.next();
      if (e) this.hand(t, e);
      else if (t.last < t.settled) this.moved(t, t.last = t.settled);
      else break;
    }
    if (t.busy || this.nameless.has(t)) return;
    if (t.more) {
      t.more = false;
      this.todo.add(t);
      this.sync();
    }
    if (t.gap) this.repairSoon(t);
    else this.gaps.delete(t);
  }

  // waitsForName tells of an own message that may be one of those sent from here, the answers to which are under way.
  waitsForName(t) {
    const [e] = t.held;
    const waits = e?.type === "chat" && e.from === this.user() && !this.mine.has(e.id) && this.unsure(t.conv);
    if (waits) this.nameless.add(t);
    else this.nameless.delete(t);
    return waits;
  }

  // answered looks again at what waited for the answer to a send.
  answered() {
    for (const t of [...this.nameless]) this.advance(t);
    this.caughtUp();
  }

  hand(t, e) {
    const place = t.last = placeOf(e);
    const promises = this.emit("entry", this.named(e));
    if (promises.length === 0) return this.moved(t, place);
    t.busy = Promise.all(promises).then(() => {
      t.busy = null;
      this.moved(t, place);
      this.advance(t);
    });
  }

  // named gives an own message its cid.
  named(e) {
    const cid = this.mine.get(e.id);
    this.mine.delete(e.id);
    return cid ? { ...e, cid } : e;
  }

  moved(t, place) {
    t.done = place;
    this.ackSoon(t);
    this.saveSoon(t);
  }

  // ---- gaps and syncs, one request at a time

  repairSoon(t) {
    this.gaps.add(t);
    if (this.syncing || !this.live) return; // looked at again when it is done
    const wait = !t.known ? 0 : this.unsure(t.conv) ? answerWait : t.own ? raceWait : 0;
    if (wait === 0) return this.sync();
    if (!this.timers.has("gap")) this.timers.set("gap", wait, () => { if (this.gaps.size > 0) this.sync(); });
  }

  // catchUp asks for everything behind the tracks, on a new connection.
  catchUp() {
    for (const t of this.tracks.values()) if (t.known) this.todo.add(t);
    this.ends = {};
    this.sync();
  }

  sync() {
    if (this.syncing || !this.line.online) return;
    this.timers.delete("gap");
    this.flushAcks(); // what isn't named goes on from there
    for (const t of this.gaps) this.todo.add(t);
    for (const t of this.tracks.values()) if (t.known && t.last > t.acked) this.todo.add(t);
    const asked = new Map();
    let size = 0;
    for (const t of this.todo) {
      if (size > mostCursors) break;
      this.todo.delete(t);
      if (!t.known) continue;
      t.lost = false;
      asked.set(t.conv, t.last);
      size += t.conv.length + 20;
    }
    this.syncing = { cid: newName(), asked };
    this.line.write({ type: "sync", cid: this.syncing.cid, cursors: Object.fromEntries(asked), limit: syncLimit });
  }

  synced(m) {
    if (m.cid !== this.syncing?.cid) return;
    const { asked } = this.syncing;
    for (const [conv, end] of Object.entries(m.convs ?? {})) {
      if (this.ends) this.ends[conv] = end.gone ? { seq: end.seq, gone: true } : { seq: end.seq };
      if (end.gone) this.lose(conv);
      else this.settle(this.track(conv), end, asked.get(conv));
    }
    for (const [conv, from] of asked) if (!m.convs?.[conv]) this.settle(this.track(conv), { seq: from }, from);
    this.finish();
  }

  // finish looks at what the sync has left: more is asked for, or nothing may be missing for it any more.
  finish() {
    this.syncing = undefined;
    if (this.todo.size > 0) return this.sync();
    this.live = true;
    for (const t of [...this.gaps]) {
      if (!t.known && t.held.length > 0) t.begin(placeOf(t.held[0]) - 1); // all before it is acknowledged
      this.advance(t);
    }
    for (const t of [...this.tracks.values()]) for (const e of t.early.splice(0)) this.offer(e, true);
    this.caughtUp();
  }

  // caughtUp tells of the end of the catch-up when all of it was handled.
  async caughtUp() {
    const { ends } = this;
    if (!ends || !this.live) return;
    for (let busy; (busy = [...this.tracks.values()].filter(t => t.busy).map(t => t.busy)).length > 0;) await Promise.all(busy);
    if (this.ends !== ends || this.syncing || this.nameless.size > 0) return; // lost meanwhile, or it comes back here
    this.ends = undefined;
    this.tell(ends);
  }

  settle(t, { seq, has_more: more }, from) {
    // Of one that wasn't named the server went on from where another device is.
    if (from === undefined && t.known && t.metIn !== this.syncing && t.last < seq) return void this.todo.add(t);
    const top = t.held.length > 0 ? placeOf(t.held.at(-1)) : 0;
    if (from !== undefined && seq < from && top === 0) return this.goBack(t, seq, from);
    if (from !== undefined && seq <= from && top > seq) { // nothing comes before what is held
      seq = top;
      more = false;
    }
    t.known = true;
    t.settled = Math.max(t.settled, seq);
    t.more = more && !(seq <= from);
    this.advance(t);
  }

  // goBack: the server was restored from an older backup. What it writes from now on is new, though
  // the places were taken before.
  goBack(t, seq, from) {
    if (t.last !== from) return;
    seq = Math.min(seq, ...t.early.map(e => e.seq - 1)); // an own message may be in the new log already
    t.begin(seq);
    this.saveSoon(t, true);
    this.emit("reset", { conv_id: t.conv, seq });
  }

  lose(conv) {
    const t = this.track(conv);
    for (const e of [...t.held, ...t.early]) this.emit("entry", this.named(e));
    this.tracks.delete(conv);
    for (const set of [this.gaps, this.acks, this.todo, this.nameless]) set.delete(t);
    this.saveSoon(t, true);
    this.emit("gone", { conv_id: conv });
  }

  refused(m) {
    if (this.syncing === undefined || m.cid !== this.syncing.cid) return false;
    const { asked } = this.syncing;
    const again = () => {
      for (const conv of asked.keys()) if (this.tracks.has(conv)) this.todo.add(this.tracks.get(conv));
      this.syncing = undefined;
      this.sync();
    };
    if (m.retry_after_ms !== undefined || m.code >= 500) {
      this.timers.set("sync", m.retry_after_ms ?? 5000, again);
      return true;
    }
    this.emit("error", refusal(m));
    for (const t of this.gaps) t.settled = Math.max(t.settled, placeOf(t.held.at(-1) ?? { seq: 0 })); // it can't be had
    this.finish();
    return true;
  }

  offline() {
    this.timers.clear();
    this.syncing = this.ends = undefined;
    this.live = false;
    for (const set of [this.todo, this.gaps, this.nameless]) set.clear();
    for (const t of this.tracks.values()) { // it will come again, in order
      t.held = [];
      t.early = [];
      t.lost = t.more = false;
      t.settled = t.last;
    }
  }

  // ---- acknowledgements and cursors

  ackUpTo(conv, place) {
    const t = this.tracks.get(conv);
    if (!t?.known || place > t.done) this.line.write({ type: "ack", cid: "ack", conv_id: conv, seq: place });
    else this.ackSoon(t);
  }

  ackSoon(t) {
    this.acks.add(t);
    if (!this.timers.has("ack") && this.line.online) this.timers.set("ack", ackDelay, () => this.flushAcks());
  }

  flushAcks() {
    this.timers.delete("ack");
    for (const t of this.acks) {
      if (!this.line.write({ type: "ack", cid: "ack", conv_id: t.conv, seq: t.done })) break;
      t.acked = t.done;
      this.acks.delete(t);
    }
  }

  saveSoon(t, lower = false) {
    if (!this.saves) return;
    this.dirty ??= new Map();
    this.dirty.set(t.conv, lower || this.dirty.get(t.conv) === true);
    if (!this.saving.has("save")) this.saving.set("save", saveDelay, () => this.save());
  }

  // save writes what has changed. Another tab of the same user may be further.
  save() {
    this.saving.clear();
    const { dirty } = this;
    this.dirty = undefined;
    if (!dirty) return;
    this.shelf.changeCursors(cursors => {
      for (const [conv, lower] of dirty) {
        const t = this.tracks.get(conv);
        if (!t) delete cursors[conv];
        else cursors[conv] = lower ? t.done : Math.max(t.done, cursors[conv] ?? 0);
      }
    });
  }

  flush() {
    this.flushAcks();
    this.save();
  }
}

function placeOf(e) { return e.event_seq ?? e.seq; }

function isEntry(m) {
  return typeof m.id === "string" && typeof m.conv_id === "string" && Number.isSafeInteger(placeOf(m)) && placeOf(m) > 0;
}

const noticeTypes = new Set(["read", "typing", "presence", "conversation", "queue", "agent", "desk"]);

// ---------------------------------------------------------------- Shelf

// Shelf is one user's part of a store. Each client takes a slot of it (a tab of a browser, say) that it
// has for itself by a lock: a device, and the messages in its outbox. What is found in a slot whose
// owner is gone is taken over.
//
//   <user>:device              the first part of the devices' names
//   <user>:cursors             {conv_id: place}
//   <user>:out:<slot>:<cid>    a message of an outbox
const mostSlots = 1000;

class Shelf {
  constructor(store, emit) {
    Object.assign(this, { store, emit });
  }

  async open(user, device) {
    this.user = user + ":";
    await this.takeSlot();
    const base = device ?? await this.read("device") ?? newName().slice(0, 12);
    if (!device) this.write("device", base);
    const messages = await this.messagesOf(this.slot);
    return { device: device ?? `${base}.${this.slot}`, messages, cursors: parse(await this.read("cursors")) ?? {} };
  }

  async takeSlot() {
    for (let slot = 0; slot < mostSlots; slot++) {
      this.unlock = await this.store.lock(`${this.user}tab:${slot}`);
      if (!this.unlock) continue;
      this.slot = String(slot);
      return;
    }
    throw new Error("gannet: too many clients use the store");
  }

  // adopt moves messages of clients that are gone here: each is deleted there when it is stored here.
  async adopt(load) {
    if (this.unlock) await this.eachFree(async slot => {
      if (slot === this.slot) return;
      const moved = [];
      try {
        for (const m of await this.messagesOf(slot)) {
          if (!this.unlock) return;
          await this.store.set(this.key(this.slot, m.request.cid), JSON.stringify(m));
          moved.push(m);
          await this.store.delete(this.key(slot, m.request.cid));
        }
      } finally {
        if (this.unlock) load(moved);
      }
    });
  }

  // eachFree calls visit for each slot that has messages and no owner, under its lock.
  async eachFree(visit) {
    const prefix = this.key("", "").slice(0, -1);
    const slots = new Set((await this.store.keys(prefix)).map(key => key.slice(prefix.length).split(":")[0]));
    for (const slot of slots) {
      const unlock = await this.store.lock(`${this.user}tab:${slot}`);
      if (!unlock) continue;
      try { await visit(slot); } finally { unlock(); }
    }
  }

  key(slot, cid) { return `${this.user}out:${slot}:${cid}`; }

  async messagesOf(slot) {
    const keys = await this.store.keys(this.key(slot, ""));
    const messages = await Promise.all(keys.map(async key => parse(await this.store.get(key))));
    return messages.filter(m => m?.request?.cid).sort((a, b) => a.time - b.time || a.order - b.order);
  }

  putMessage(cid, text) { if (this.unlock) this.write(`out:${this.slot}:${cid}`, text); }
  dropMessage(cid) { if (this.unlock) this.guard(() => this.store.delete(this.key(this.slot, cid))); }

  // changeCursors doesn't wait where the store doesn't: the page may be about to go.
  changeCursors(change) {
    if (!this.unlock) return;
    const apply = text => {
      const cursors = parse(text) ?? {};
      change(cursors);
      this.write("cursors", JSON.stringify(cursors));
    };
    this.guard(() => {
      const text = this.read("cursors");
      return typeof text?.then === "function" ? text.then(apply) : apply(text);
    });
  }

  read(key) { return this.store.get(this.user + key); }
  write(key, text) { this.guard(() => this.store.set(this.user + key, text)); }

  // guard tells of a store that is full or broken; the client goes on without.
  guard(fn) {
    const tell = error => { this.emit("error", error); };
    try {
      const result = fn();
      if (typeof result?.then === "function") result.then(undefined, tell);
    } catch (error) {
      tell(error);
    }
  }

  release() {
    this.unlock?.();
    this.unlock = null;
  }

  // forget leaves only what other clients have in their outboxes.
  async forget() {
    if (this.user === undefined) return;
    for (const key of ["device", "cursors"]) await this.store.delete(this.user + key);
    await this.eachFree(async slot => {
      for (const key of await this.store.keys(this.key(slot, ""))) await this.store.delete(key);
    });
  }
}

function parse(text) {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

// ---------------------------------------------------------------- stores

export function memoryStore() {
  const values = new Map(), locks = new Set();
  return {
    get: key => values.get(key) ?? null,
    set: (key, value) => void values.set(key, value),
    delete: key => void values.delete(key),
    keys: prefix => [...values.keys()].filter(key => key.startsWith(prefix)),
    async lock(name) {
      if (locks.has(name)) return null;
      locks.add(name);
      return () => void locks.delete(name);
    },
  };
}

export function browserStore(name = "gannet") {
  let storage;
  try {
    storage = globalThis.localStorage;
    storage.setItem(`${name}:`, "");
    storage.removeItem(`${name}:`);
  } catch { /* switched off, or not a browser */ }
  if (!storage) return memoryStore();
  const under = key => `${name}:${key}`;
  return {
    get: key => storage.getItem(under(key)),
    set: (key, value) => storage.setItem(under(key), value),
    delete: key => storage.removeItem(under(key)),
    keys: prefix => Object.keys(storage).filter(key => key.startsWith(under(prefix))).map(key => key.slice(name.length + 1)),
    lock: key => globalThis.navigator?.locks ? browserLock(under(key)) : lease(storage, under("lease:" + key)),
  };
}

// browserLock is a lock of the Web Locks API: the browser gives it back when the tab is gone.
function browserLock(name) {
  return new Promise((resolve, reject) => {
    navigator.locks.request(name, { ifAvailable: true }, lock => {
      if (!lock) return resolve(null);
      return new Promise(release => resolve(release));
    }).catch(reject);
  });
}

const leaseTime = 150_000; // timers of a hidden tab run once a minute
const leaseRenewal = 10_000;
const leaseCheck = 30;

// lease is a lock for pages without the Web Locks API, which insecure addresses haven't. Two might get it at
// once: then both send the same messages, of which the server knows by their cids that they are the same.
async function lease(storage, key) {
  const [, until] = (storage.getItem(key) ?? "").split(" ");
  if (Number(until) > Date.now()) return null;
  const me = newName();
  const write = () => storage.setItem(key, `${me} ${Date.now() + leaseTime}`);
  const mine = () => storage.getItem(key)?.startsWith(me + " ");
  write();
  await new Promise(resolve => setTimeout(resolve, leaseCheck)); // another one may write at the same time
  if (!mine()) return null;
  const timer = setInterval(() => { if (mine()) write(); }, leaseRenewal);
  timer.unref?.(); // of Node: it needn't live for this
  const release = () => {
    clearInterval(timer);
    globalThis.removeEventListener?.("pagehide", release);
    if (mine()) storage.removeItem(key);
  };
  globalThis.addEventListener?.("pagehide", release);
  return release;
}

// ---------------------------------------------------------------- HTTP

const mostRetries = 5;

class HTTP {
  constructor(options, clock, login) {
    Object.assign(this, { options, clock, login });
  }

  async call(method, path, body, { idempotencyKey, query = {}, signal } = {}) {
    if (!this.options.api) throw new TypeError("gannet: there is no address of the HTTP API; give `api`");
    const headers = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const key = idempotencyKey ?? (method.toUpperCase() === "POST" ? body?.cid ?? newName() : undefined);
    if (key !== undefined) headers["Idempotency-Key"] = key;
    const request = { method: method.toUpperCase(), headers, body: body === undefined ? undefined : encode(body), signal };
    for (let retries = 0, renewed = false; ; retries++) {
      await this.logIn(headers);
      const answer = await this.fetch(this.address(path, query), request);
      if (answer.code >= 200 && answer.code < 300) return answer.data;
      if (answer.code === 401 && this.login.renewable && !renewed) {
        renewed = true;
        await this.login.fresh("refused");
        continue;
      }
      if (answer.retry_after_ms === undefined || retries >= mostRetries) throw refusal(answer);
      await this.pause(answer.retry_after_ms, signal);
    }
  }

  async logIn(headers) {
    if (!this.login.needed) return;
    if (!this.login.token || this.login.expired) await this.login.fresh("http");
    if (!this.login.token) throw new GannetError({ code: 401, reason: "unauthorized", msg: "there is no login" });
    headers.Authorization = `Bearer ${this.login.token}`;
  }

  address(path, query) {
    const lost = path.split(/[?#]/)[0].split(/[\\/]/).some(part => /^(\.|%2e){1,2}$/i.test(part));
    if (lost) throw new GannetError({ code: 400, reason: "bad_request", msg: "no part of a path can be . or .." });
    const url = new URL(this.options.api.replace(/\/+$/, "") + (path.startsWith("/api/") ? path : "/api/v1" + path));
    if (!this.login.needed) {
      url.searchParams.set("uid", this.options.user);
      if (this.options.role) url.searchParams.set("role", this.options.role);
    }
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    return url.href;
  }

  async fetch(url, { signal, ...request }) {
    const limit = new AbortController();
    const late = new GannetError({ reason: "timeout", msg: "no answer came" });
    const timer = this.clock.setTimeout(() => limit.abort(late), this.options.requestTimeout);
    let response, answer;
    try {
      response = await this.options.fetch(url, { ...request, signal: AbortSignal.any([limit.signal, ...(signal ? [signal] : [])]) });
      answer = await response.json();
    } catch (error) {
      if (signal?.aborted) throw error;
      if (limit.signal.aborted) throw late;
      if (!response) throw new GannetError({ reason: "network", msg: "the server can't be reached" });
    } finally {
      this.clock.clearTimeout(timer);
    }
    if (typeof answer?.code !== "number") throw new GannetError({ code: response.status, reason: "bad_answer", msg: "the server's answer can't be read" });
    return answer;
  }

  pause(ms, signal) {
    return new Promise((resolve, reject) => {
      const timer = this.clock.setTimeout(resolve, ms);
      signal?.addEventListener("abort", () => { this.clock.clearTimeout(timer); reject(signal.reason); }, { once: true });
    });
  }
}

// ---------------------------------------------------------------- small things

export class GannetError extends Error {
  constructor({ code = 0, reason, msg = reason, retryAfter, cid }) {
    super(msg);
    this.name = "GannetError";
    Object.assign(this, { code, reason, msg });
    if (retryAfter !== undefined) this.retryAfter = retryAfter;
    if (cid !== undefined) this.cid = cid;
  }
}

function refusal({ code, reason, msg, retry_after_ms: retryAfter, cid }) {
  return new GannetError({ code, reason: reason ?? "bad_answer", msg, retryAfter, cid });
}

// Timers by name: setting one takes the place of the one before.
class Timers {
  constructor(clock) {
    this.clock = clock;
    this.running = new Map();
  }

  set(name, ms, fn) {
    this.delete(name);
    this.running.set(name, this.clock.setTimeout(() => { this.running.delete(name); fn(); }, ms));
  }

  has(name) { return this.running.has(name); }

  delete(name) {
    this.clock.clearTimeout(this.running.get(name));
    this.running.delete(name);
  }

  clear() { for (const name of [...this.running.keys()]) this.delete(name); }
}

const realClock = {
  now: () => Date.now(),
  random: () => Math.random(),
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: timer => clearTimeout(timer),
};

function fieldsOf(target) {
  if (typeof target === "string") return { conv_id: target };
  const { to, group, conv } = target;
  return { to, group_id: group, conv_id: conv };
}

const deepest = 32; // levels of JSON that the server reads

// encode is JSON.stringify, with half characters, which the server would refuse, replaced.
function encode(message) {
  if (depth(message) > deepest) throw new GannetError({ code: 400, reason: "bad_request", msg: "too many levels of JSON", cid: message.cid });
  return JSON.stringify(message).replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, "$1\ufffd");
}

function bytes(text) { return new TextEncoder().encode(text).length; }

function depth(value) {
  if (value === null || typeof value !== "object") return 0;
  let most = 0;
  for (const part of Object.values(value)) most = Math.max(most, depth(part));
  return 1 + most;
}

// newName is a name that nobody else draws.
function newName() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), b => b.toString(16).padStart(2, "0")).join("");
}

// report tells of an application's own error, without ending the client's work.
function report(error) {
  if (typeof globalThis.reportError === "function") globalThis.reportError(error);
  else console.error(error);
}
