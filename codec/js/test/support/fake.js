// A server that says what a test tells it to. Sockets are in memory: what is written arrives in the next turn.
import assert from "node:assert/strict";
import { Client } from "../../gannet.js";
import { until } from "./wait.js";

export class FakeServer {
  constructor(t, { user = "alice", answerSync = true, welcome = true, clock } = {}) {
    this.user = user;
    this.answerSync = answerSync;
    this.welcomes = welcome;
    this.connections = [];
    this.refuse = false;
    this.t = t;
    this.clock = clock;
    this.WebSocket = socketOf(this);
  }

  // client gives a client of this server, which is closed with the test.
  client(options = {}) {
    const o = { url: "ws://fake.example.com/ws", WebSocket: this.WebSocket, ...options };
    if (o.token === undefined) o.user ??= this.user;
    if (this.clock) o.clock ??= this.clock;
    const client = new Client(o);
    this.t.after(() => client.close());
    return client;
  }

  get last() { return this.connections.at(-1); }

  // connection gives the n-th one, from 1, when it is there.
  connection(n) {
    return until(`connection ${n}`, () => this.connections[n - 1]);
  }
}

// Connection is the server's end.
class Connection {
  constructor(server, socket) {
    Object.assign(this, { server, socket, got: [], closed: undefined });
    this.url = new URL(socket.url);
  }

  hear(text) {
    const m = JSON.parse(text);
    this.got.push(m);
    if (m.type === "ping") this.send({ type: "pong" });
    if (m.type === "auth" && !this.welcomed) this.welcome();
    if (m.type === "sync" && this.server.answerSync) this.send({ type: "synced", cid: m.cid, convs: ends(m.cursors) });
  }

  welcome() {
    this.welcomed = true;
    this.send({ type: "system", event: "welcome", msg: "hi", user_id: this.server.user, device: this.url.searchParams.get("device"), time: this.server.clock?.now() ?? Date.now(), heartbeat: 60 });
  }

  send(m) { setImmediate(() => this.socket.receive(JSON.stringify(m))); }
  close(code) { setImmediate(() => this.socket.end(code)); }
  all(type) { return this.got.filter(m => m.type === type); }

  // one gives the n-th message of a type, from 1, when it has come.
  one(type, n = 1) {
    return until(`${type} ${n}`, () => this.all(type)[n - 1]);
  }
}

function ends(cursors = {}) {
  return Object.fromEntries(Object.entries(cursors).map(([conv, seq]) => [conv, { seq, has_more: false }]));
}

function socketOf(server) {
  return class {
    constructor(url, protocols) {
      Object.assign(this, { url, readyState: 0 });
      assert.deepEqual(protocols, ["gannet.v1"]);
      this.connection = new Connection(server, this);
      server.connections.push(this.connection);
      setImmediate(() => (server.refuse ? this.end(1006) : this.open()));
    }

    open() {
      if (this.readyState !== 0) return;
      this.readyState = 1;
      this.onopen?.({});
      const byMessage = !this.connection.url.searchParams.has("uid") && !this.connection.url.searchParams.has("token");
      if (server.welcomes && !byMessage) this.connection.welcome();
    }

    send(text) {
      assert.equal(this.readyState, 1, "written to a socket that isn't open");
      setImmediate(() => { if (this.readyState === 1) this.connection.hear(text); });
    }

    receive(data) { if (this.readyState === 1) this.onmessage?.({ data }); }
    close(code) { setImmediate(() => this.end(code, true)); }

    end(code, byClient = false) {
      if (this.readyState === 3) return;
      this.readyState = 3;
      this.connection.closed = { code, byClient };
      this.onclose?.({ code });
    }
  };
}

// events keeps what a client tells.
export function events(client, ...names) {
  const told = [];
  for (const name of names) client.on(name, e => { told.push([name, e]); });
  return told;
}

// places gives the places of the entries that were handed on, by conversation.
export function places(client) {
  const all = {};
  client.on("entry", e => { (all[e.conv_id] ??= []).push(e.event_seq ?? e.seq); });
  return all;
}

let ids = 1000;
export function chat(seq, fields = {}) {
  return { type: "chat", id: String(++ids), conv_id: "single_alice:bob", seq, from: "bob", to: "alice", content: `m${seq}`, time: 1_800_000_000_000 + seq, ...fields };
}
