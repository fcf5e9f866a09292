// The visitor's talk with the desk: one session at a time. Of who isn't known the server hears nothing before
// the first message; what is written before there is a session, or a connection, waits here and in the client's outbox.

import { Client, browserStore } from "/gannet.js";
import { Log } from "/shared/entries.js";
import { keepFirst, readFirst } from "./first.js";
import { Refused, Visitor } from "./visitor.js";

const pageSize = 50;
const typingFor = 5000;
const firstDelay = 1000;    // ms until a failed beginning is tried again, doubled up to the longest
const longestDelay = 15_000;
const staleAfter = 86_400_000; // a session that ended a day ago is over for the page too

export class Talk {
  log = new Log();
  state = { state: "idle" };
  session = undefined;
  first = readFirst(); // messages of before the session: [{cid, text, time}]
  pending = [];
  hasMore = false;
  error = "";
  agentRead = 0;
  #delay = firstDelay;

  // on: changed(), heard(entry), unread(number), gone(). settings: those of the site's loader.
  constructor({ config, url, settings, on, ask }) {
    Object.assign(this, { config, url, settings, on });
    this.visitor = new Visitor({ proof: settings.identity, about: settings.about, ask });
  }

  // resume goes on with what there was before the reload.
  async resume() {
    if (this.first.length > 0) return this.#begin();
    if (!this.visitor.here) return;
    await this.#retry(async () => {
      await this.#connect();
      const { sessions } = await this.client.http("GET", "/desk/sessions", undefined, { query: { limit: 1, ...(this.visitor.id && { visitor: this.visitor.id }) } });
      const [last] = sessions;
      if (last && !(last.state === "closed" && Date.now() - last.closed_at > staleAfter)) await this.#enter(last);
      if (this.session) this.on.unread(await this.#unread());
    });
  }

  // unread is how much came while no page was there.
  async #unread() {
    const { conversations } = await this.client.conversations();
    return conversations.find(c => c.conv_id === this.session.conv_id)?.unread ?? 0;
  }

  get open() { return Boolean(this.session) && this.session.state !== "closed"; }

  // send gives a message to the client, or keeps it until there is a session.
  send(text) {
    this.error = "";
    if (this.open) {
      this.client.send({ conv: this.session.conv_id }, text);
      return this.on.changed();
    }
    this.first.push({ cid: newCID(), text, time: Date.now() });
    keepFirst(this.first);
    this.#begin();
    this.on.changed();
  }

  // begin opens a session and sends what waits for one.
  #begin() {
    this.beginning ??= this.#retry(async () => {
      await this.#connect();
      const session = await this.#ask();
      await this.#enter(session);
      while (this.first.length > 0) { // each is kept until the client has it
        const [{ cid, text }] = this.first;
        this.client.send({ conv: session.conv_id }, text, { cid });
        this.first.shift();
        keepFirst(this.first);
      }
    }).finally(() => { this.beginning = undefined; this.on.changed(); });
  }

  // A group of the page that the desk doesn't have mustn't keep a visitor out.
  async #ask() {
    const { skill, identity } = this.settings;
    const body = { subject: this.first[0]?.text.slice(0, 80).replace(/\s+/g, " "), name: identity?.name, ...(this.settings.about && { attributes: { ...this.settings.about, language: navigator.language } }) };
    try {
      return await this.client.http("POST", "/desk/sessions", { ...body, ...(skill && { skill }) });
    } catch (error) {
      if (!skill || ![400, 404, 409].includes(error.code)) throw error;
      console.warn(`Gannet: no skill group ${skill}: ${error.msg}`);
      return this.client.http("POST", "/desk/sessions", body);
    }
  }

  // retry does what may fail for a while until it succeeds.
  async #retry(run) {
    for (;;) {
      try {
        const answer = await run();
        this.#delay = firstDelay;
        this.error = "";
        return answer;
      } catch (error) {
        if (this.over || error.reason === "closed") return undefined;
        const hopeless = error instanceof Refused || error.code === 403 || error.code === 404;
        this.error = hopeless ? "closedDesk" : error.reason === "busy" || error.reason === "rate_limited" ? "busy" : "failed";
        this.on.changed();
        if (hopeless) return undefined;
        await new Promise(wake => setTimeout(wake, Math.max(error.retryAfter ?? 0, this.#delay * (0.5 + Math.random()))));
        this.#delay = Math.min(this.#delay * 2, longestDelay);
      }
    }
  }

  async #connect() {
    if (this.client) return;
    await this.visitor.token(); // makes a visitor of who is none yet
    if (this.over) throw new Error("the talk is over");
    this.client = new Client({
      url: this.url, token: why => this.#token(why), tokenIn: this.config.auth_mode === "dev" ? "query" : "message",
      store: this.#store(), from: "ends",
    });
    const { client } = this;
    client.on("state", state => { this.state = state; this.#stateChanged(state); this.on.changed(); });
    client.on("entry", e => this.#entry(e));
    client.on("queue", n => { if (n.session_id === this.session?.session_id) { this.session.position = n.position; this.on.changed(); } });
    client.on("typing", n => this.#typing(n));
    client.on("read", n => { if (n.conv_id === this.session?.conv_id && n.user_id !== client.user) { this.agentRead = Math.max(this.agentRead, n.seq); this.on.changed(); } });
    client.on("sending", item => { this.#pend(item); this.on.changed(); });
    client.on("sent", sent => { this.pending = this.pending.map(item => item.cid === sent.cid ? { ...item, sent } : item); this.on.changed(); });
    client.on("failed", ({ cid, error }) => this.#failed(cid, error));
  }

  async #token({ reason }) {
    if (reason === "refused") { this.visitor.forget(); return undefined; }
    return this.visitor.token();
  }

  // Who was somebody else in the meantime, or whose token is no good any more, begins anew.
  #stateChanged(state) {
    if (state.state === "online" && this.session) this.#look();
    if (state.state === "stopped" && ["unauthorized", "other_user", "kicked"].includes(state.reason)) {
      this.visitor.forget();
      this.on.gone();
    }
  }

  async #enter(session) {
    const changed = session.session_id !== this.session?.session_id;
    this.session = session;
    if (changed) {
      this.log = new Log();
      this.agentRead = this.told = 0;
    }
    const page = await this.client.history(session.conv_id, { limit: pageSize });
    for (const e of page.messages) this.log.add(e);
    if (changed) this.hasMore = page.has_more;
    for (const item of this.client.outbox()) this.#pend(item);
    this.on.changed();
  }

  // look asks how the session stands: after a reconnect, and when something has happened to it.
  async #look() {
    const { session_id: id } = this.session;
    try {
      const session = await this.client.http("GET", `/desk/sessions/${id}`);
      if (this.session?.session_id === id) this.session = session;
      this.on.changed();
    } catch { /* asked again with the next event or connection */ }
  }

  async older() {
    if (!this.hasMore || this.loading) return;
    this.loading = true;
    try {
      const page = await this.client.history(this.session.conv_id, { before: this.log.items()[0]?.place, limit: pageSize });
      for (const e of page.messages) this.log.add(e);
      this.hasMore = page.has_more;
    } finally {
      this.loading = false;
      this.on.changed();
    }
  }

  #entry(e) {
    if (e.conv_id !== this.session?.conv_id) return;
    this.log.add(e, e.cid);
    this.pending = this.pending.filter(item => item.cid !== e.cid);
    if (e.type === "session") this.#look();
    if (e.type === "chat" && e.from === this.typing?.from) this.typing = undefined;
    if (e.type === "edit" && !("content" in e)) this.client.message(e.conv_id, e.seq).then(m => { if (m) this.log.add(m); this.on.changed(); }, () => {});
    this.on.heard(e);
    this.on.changed();
  }

  #typing({ conv_id: conv, from }) {
    if (conv !== this.session?.conv_id) return;
    this.typing = { from, until: Date.now() + typingFor };
    setTimeout(() => this.on.changed(), typingFor + 50);
    this.on.changed();
  }

  #pend(item) {
    if (item.conv_id === this.session?.conv_id && !this.pending.some(p => p.cid === item.cid)) this.pending.push(item);
  }

  // A session that was closed at the same moment doesn't take the message: it begins the next one.
  #failed(cid, error) {
    const item = this.pending.find(p => p.cid === cid);
    this.pending = this.pending.map(p => p.cid === cid ? { ...p, failed: error } : p);
    if (item && error.reason === "session_closed") {
      this.pending = this.pending.filter(p => p.cid !== cid);
      this.session = { ...this.session, state: "closed" };
      this.send(item.content);
    }
    this.on.changed();
  }

  // agent is the name of who serves, by the latest event that says one.
  get agent() {
    if (!["assigned", "active"].includes(this.session?.state)) return "";
    const named = this.log.items().findLast(i => i.kind === "event" && i.entry.agent_name && i.entry.agent_id === this.session.agent_id);
    return named?.entry.agent_name ?? this.session.agent_id ?? "";
  }

  nameOf(id) {
    const named = this.log.items().findLast(i => i.kind === "event" && i.entry.agent_id === id && i.entry.agent_name);
    return named?.entry.agent_name ?? id;
  }

  get me() { return this.client?.user ?? this.visitor.id; }

  // items is what the thread shows: the log, and what isn't stored yet.
  items() {
    const waiting = (item, text, state) => ({ kind: "message", key: item.cid, from: this.me, time: item.time, content: text, reactions: new Map(), state, error: item.failed?.msg });
    const state = item => item.failed ? "failed" : item.sent ? "sent" : item.tried ? "sending" : "queued";
    return [...this.session ? this.log.items().map(item => this.#own(item)) : [],
      ...this.pending.map(item => waiting(item, item.content, state(item))), ...this.first.map(item => waiting(item, item.text, "queued"))];
  }

  // own: what a visitor wrote before they were identified is theirs still.
  #own(item) { return item.from?.startsWith("visitor_") && item.from !== this.me ? { ...item, from: this.me } : item; }

  // readUpTo: who of the staff writes has read what was there before.
  get readUpTo() {
    const last = this.log.items().findLast(item => item.kind === "message" && this.#own(item).from !== this.me);
    return Math.max(this.agentRead, last?.place ?? 0);
  }

  typed() { if (this.open) this.client.typing({ conv: this.session.conv_id }); }

  read() {
    const { newest } = this.log;
    if (!this.session || newest <= (this.told ?? 0) || this.state.state !== "online") return;
    this.told = newest;
    this.client.read(this.session.conv_id, newest).catch(() => { this.told = 0; });
  }

  async end() {
    await this.client.http("POST", `/desk/sessions/${this.session.session_id}/close`);
    await this.#look();
  }

  async rate(rating, comment) {
    await this.client.http("POST", `/desk/sessions/${this.session.session_id}/rating`, { rating, ...(comment && { comment }) });
    this.session = { ...this.session, rating };
    this.on.changed();
  }

  // anew leaves a session that is over.
  anew() {
    Object.assign(this, { session: undefined, log: new Log(), pending: [], hasMore: false, told: 0, typing: undefined });
    this.on.changed();
  }

  // stop ends the connection; forget also takes what is kept of the visitor.
  async stop({ forget = false } = {}) {
    this.over = true;
    if (!forget) return this.client?.close();
    const store = this.#store();
    this.first = [];
    keepFirst(this.first);
    this.visitor.leave();
    if (this.client) await this.client.forget(); else for (const key of store.keys("")) store.delete(key);
  }

  // store keeps what isn't sent yet, of each visitor apart.
  #store() { return browserStore(`gannet.widget.${this.visitor.id || "user"}`); }
}

function newCID() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), b => b.toString(16).padStart(2, "0")).join("");
}
