// What the console knows: the agent, their sessions, who waits, the team. The server's notices say what
// has changed, and what they touch is asked for anew.

import { Room } from "./room.js";

const settle = 80;            // ms in which several changes are one
const pollEvery = 10_000;     // ms between looks at what no notice tells
const pageSize = 200;
const mostRooms = 50;         // that nobody serves any more are kept

export class Desk {
  me = undefined;
  agents = [];
  skills = [];
  replies = [];
  sessions = new Map(); // by id, as last heard of
  mine = [];            // ids, of these too
  queue = [];
  offline = [];
  others = [];
  unread = new Map();   // conversation → number
  rooms = new Map();
  #timers = new Map();
  #off = [];

  // on is what the page wants to hear: changed(), arrived(kind, session), told(event, notice).
  constructor(client, on) {
    this.client = client;
    this.on = on;
    const listen = (name, fn) => this.#off.push(client.on(name, fn));
    listen("entry", e => this.#entry(e));
    listen("read", n => this.#room(n.conv_id)?.wasRead(n));
    listen("typing", n => this.#room(n.conv_id)?.types(n));
    listen("conversations", ({ conversations }) => this.#count(conversations));
    listen("agent", n => this.#agent(n));
    listen("desk", n => this.#desk(n));
    for (const name of ["sending", "sent", "failed"]) listen(name, n => this.#outbox(name, n));
    this.poll = setInterval(() => this.#look(), pollEvery);
  }

  close() {
    this.closed = true;
    clearInterval(this.poll);
    for (const off of this.#off) off();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  get supervises() { return this.me?.role === "supervisor"; }

  // load asks for everything, at the start and after each reconnect.
  async load() {
    this.me = await this.get("/desk/agents/me");
    await Promise.all([this.loadMine(), this.loadQueue(), this.loadOthers(), this.loadAgents(), this.loadSkills(), this.loadReplies()]);
    for (const room of this.rooms.values()) room.refresh();
    if (this.current) this.room(this.current).open();
    this.on.changed();
  }

  // look asks for what nobody tells: that sessions of others are over, and who is off duty of the queue.
  #look() {
    if (document.hidden || !this.loaded || this.client.state.state !== "online") return;
    this.soon("others", () => this.loadOthers());
    if (this.looksAtTeam) this.soon("agents", () => this.loadAgents());
    if (this.me.status !== "online" && !this.supervises) this.soon("queue", () => this.loadQueue());
  }

  get(path, query) { return this.client.http("GET", path, undefined, { query }); }

  async loadMine() {
    const before = new Set(this.mine);
    const first = this.loaded === undefined;
    const { sessions } = await this.get("/desk/sessions", { agent: "me", state: "assigned,active", limit: pageSize });
    this.mine = this.#keep(sessions).filter(s => s.agent_id === this.me.user_id).map(s => s.session_id);
    this.loaded = true;
    for (const id of this.mine) {
      if (!first && !before.has(id)) this.on.arrived("session", this.sessions.get(id));
    }
    for (const id of before) if (!this.mine.includes(id)) this.refresh(id);
    this.soon("unread", () => this.#countAll());
    this.#trim();
    this.on.changed();
  }

  // trim forgets what was looked at long ago: a console stays open for days.
  #trim() {
    const needed = new Set([...this.mine, ...this.queue, ...this.offline, ...this.others, this.current]);
    const idle = [...this.rooms.values()].filter(room => !needed.has(room.id) && room.pending.length === 0 && !room.isWatched);
    for (const room of idle.slice(0, -mostRooms)) this.rooms.delete(room.id);
    for (const id of this.sessions.keys()) if (!needed.has(id) && !this.rooms.has(id)) this.sessions.delete(id);
  }

  async loadQueue() {
    const [queue, offline] = await Promise.all([this.get("/desk/queue"), this.get("/desk/sessions", { state: "offline", limit: 50 })]);
    this.heard = Date.now();
    this.queue = this.#keep(queue.sessions).map(s => s.session_id);
    this.waiting = queue.waiting;
    this.offline = this.#keep(offline.sessions).map(s => s.session_id);
    this.on.changed();
  }

  async loadOthers() {
    if (!this.supervises) return;
    const { sessions } = await this.get("/desk/sessions", { state: "assigned,active", limit: pageSize });
    this.others = this.#keep(sessions).filter(s => s.agent_id !== this.me.user_id).map(s => s.session_id);
    this.on.changed();
  }

  async loadAgents() { this.agents = (await this.get("/desk/agents")).agents; this.on.changed(); }
  async loadSkills() { this.skills = (await this.get("/desk/skills")).skills; this.on.changed(); }
  async loadReplies() { this.replies = (await this.get("/desk/replies")).replies; this.on.changed(); }

  // refresh asks for one session. One that we may not see any more has gone to somebody else.
  async refresh(id) {
    try {
      this.#keep([await this.get(`/desk/sessions/${id}`)]);
    } catch (error) {
      if (error.code !== 404) throw error;
      const s = this.sessions.get(id);
      if (s) this.sessions.set(id, { ...s, gone: true });
      this.mine = this.mine.filter(other => other !== id);
    }
    this.rooms.get(id)?.refresh();
    this.on.changed();
  }

  #keep(list) {
    const heard = Date.now();
    for (const s of list) this.sessions.set(s.session_id, { ...s, heard });
    return list;
  }

  // take puts the answer of a change in the place of what was known.
  take(session) {
    this.#keep([session]);
    this.rooms.get(session.session_id)?.refresh();
    this.on.changed();
  }

  room(id) {
    if (!this.rooms.has(id)) this.rooms.set(id, new Room(this, id));
    return this.rooms.get(id);
  }

  // open is the room that is looked at now, as the latest in their order.
  open(id) {
    const room = this.room(id);
    this.rooms.delete(id);
    this.rooms.set(id, room);
    return room;
  }

  #room(conv) { return this.rooms.get(sessionOf(conv)); }

  #entry(e) {
    const id = sessionOf(e.conv_id);
    if (!id) return;
    this.rooms.get(id)?.add(e);
    if (e.type === "session") {
      this.soon(`session ${id}`, () => this.refresh(id));
      this.soon("mine", () => this.loadMine());
    } else if (e.type === "chat") this.#said(id, e);
    this.on.changed();
  }

  // said keeps whose turn it is up to date, as the server does.
  #said(id, e) {
    const s = this.sessions.get(id);
    const note = isNotes(e.conv_id);
    if (!s || note && !s.staff_conv_id) this.soon(`session ${id}`, () => this.refresh(id));
    if (s && !note && e.from === s.visitor_id) this.sessions.set(id, { ...s, turn: "agent", spoken_at: e.time });
    else if (s && !note && e.from === s.agent_id) this.sessions.set(id, { ...s, turn: "visitor", spoken_at: e.time, state: "active" });
    if (e.from === this.me?.user_id) return;
    this.soon("unread", () => this.#countAll());
    if (s && this.mine.includes(id)) this.on.arrived("message", s);
  }

  #agent(n) {
    if (!this.me) return;
    Object.assign(this.me, n);
    this.soon("mine", () => this.loadMine());
    this.soon("agents", () => this.loadAgents());
    this.on.changed();
  }

  #desk(n) {
    switch (n.event) {
      case "waiting": this.soon("queue", () => this.loadQueue()); break;
      case "assigned": this.soon("others", () => this.loadOthers()); this.soon("agents", () => this.loadAgents()); break;
      case "unanswered": this.on.told("unanswered", n); this.soon("others", () => this.loadOthers()); break;
      case "watched": case "unwatched": this.soon(`session ${n.session_id}`, () => this.refresh(n.session_id));
        if (n.event === "watched" && n.user_id !== this.me?.user_id) this.on.told("watched", n);
    }
  }

  #outbox(name, n) {
    const id = sessionOf(n.conv_id ?? n.item?.conv_id);
    if (id && name === "failed" && n.error.reason !== "cancelled") this.#unsent(id, n);
    else this.rooms.get(id)?.outbox(name, n);
    this.on.changed();
  }

  // What was written before a reload may fail when nobody looks at its session: it stands there then.
  #unsent(id, n) {
    const room = this.room(id);
    room.outbox("sending", n.item);
    room.outbox("failed", n);
    if (this.current !== id) this.on.told("unsent", { session_id: id, error: n.error });
  }

  async #countAll() { this.#count((await this.client.conversations({ limit: pageSize })).conversations); }

  #count(list) {
    this.unread.clear();
    for (const c of list) if (c.kind === "service") this.unread.set(c.conv_id, c.unread);
    this.on.changed();
  }

  unreadOf(s) { return (this.unread.get(s.conv_id) ?? 0) + (this.unread.get(`${s.conv_id}.staff`) ?? 0); }

  nameOf(id) {
    if (id === this.me?.user_id && this.me.name) return this.me.name;
    return this.agents.find(a => a.user_id === id)?.name || id;
  }

  skillName(id) { return this.skills.find(s => s.skill_id === id)?.name || id; }

  // soon runs what is asked for many times in a moment once.
  soon(name, run) {
    if (this.#timers.has(name)) return;
    this.#timers.set(name, setTimeout(() => {
      this.#timers.delete(name);
      Promise.resolve(run()).catch(error => { if (error.reason !== "closed") console.warn(name, error); });
    }, settle));
  }
}

// sessionOf is the session that a conversation belongs to, or undefined.
const sessionOf = conv => conv?.match(/^service_(.+?)(\.staff)?$/)?.[1];
export const isNotes = conv => conv.endsWith(".staff");

// waitedOf is for how many seconds a session in the queue has waited.
export const waitedOf = s => (s.waiting_s ?? 0) + (Date.now() - s.heard) / 1000;

// turnSince is since when somebody is expected to speak.
export const turnSince = s => Math.max(s.spoken_at ?? 0, s.turn === "agent" ? s.assigned_at ?? 0 : 0) || s.created_at;
