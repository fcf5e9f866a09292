// The connection: waits, close codes, silence, and what the browser tells.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "./support/clock.js";
import { FakeServer, events } from "./support/fake.js";
import { rejected, turns, until } from "./support/wait.js";

const states = told => told.map(([, s]) => s.state);

test("connects, says who it is, and is ready after the first sync", async t => {
  const server = new FakeServer(t);
  const client = server.client({ role: "agent", device: "phone" });
  const told = events(client, "state", "synced");
  assert.deepEqual(await client.ready, { user: "alice", device: "phone" });
  assert.deepEqual(states(told), ["connecting", "online", undefined]);
  assert.deepEqual(Object.fromEntries(server.last.url.searchParams), { device: "phone", uid: "alice", role: "agent" });
  assert.equal(client.user, "alice");
  assert.equal(client.state.state, "online");
});

for (const [random, spread] of [[() => 0, 0.5], [() => 0.999999, 1], [Math.random, undefined]]) {
  test(`waits double from 0.5–1 s to 7.5–15 s (${spread ?? "any"})`, async t => {
    const clock = new ManualClock(random);
    const server = new FakeServer(t, { clock });
    server.refuse = true;
    const client = server.client();
    const told = events(client, "state");
    for (let i = 0; i < 9; i++) {
      await until("waiting", () => client.state.state === "waiting");
      const { retryIn, code } = client.state;
      const most = Math.min(15_000, 1000 * 2 ** i);
      assert.equal(code, 1006);
      assert.ok(retryIn >= most / 2 && retryIn <= most, `wait ${i}: ${retryIn}`);
      if (spread) assert.ok(Math.abs(retryIn - most * spread) < 1, `wait ${i}: ${retryIn}`);
      await clock.advance(retryIn - 5);
      assert.equal(server.connections.length, i + 1, "too early");
      await clock.advance(5);
      await server.connection(i + 2);
    }
    assert.ok(told.length >= 18);
  });
}

test("a connection that held begins the waits anew, one that didn't goes on with them", async t => {
  const clock = new ManualClock(() => 1);
  const server = new FakeServer(t, { clock });
  const client = server.client();
  await client.ready;
  const waits = [];
  for (const held of [0, 0, 0, 6000]) {
    await until("online", () => client.state.state === "online");
    await clock.advance(held);
    server.last.close(1006);
    await until("waiting", () => client.state.state === "waiting");
    waits.push(client.state.retryIn);
    await clock.advance(client.state.retryIn);
  }
  assert.deepEqual(waits, [1000, 2000, 4000, 1000]);
});

test("comes back when the server said, not before, even if the browser comes online", async t => {
  const clock = new ManualClock();
  const server = new FakeServer(t, { clock });
  const client = server.client();
  const told = events(client, "notice");
  await client.ready;
  server.last.send({ type: "system", event: "shutdown", retry_after_ms: 3659 });
  server.last.close(1012);
  await until("waiting", () => client.state.state === "waiting");
  assert.equal(client.state.retryIn, 3659);
  assert.equal(told[0][1].event, "shutdown");
  client.connect();
  await clock.advance(3600);
  assert.equal(server.connections.length, 1);
  await clock.advance(60);
  await server.connection(2);
});

test("a login that comes one too many waits as it was told", async t => {
  const clock = new ManualClock();
  const server = new FakeServer(t, { clock, welcome: false });
  const client = server.client();
  const first = await server.connection(1);
  await turns();
  first.send({ type: "error", code: 503, reason: "busy", msg: "too many", retry_after_ms: 9000 });
  first.close(1013);
  await until("waiting", () => client.state.state === "waiting");
  assert.equal(client.state.retryIn, 9000);
});

for (const [code, reason] of [[4001, "unauthorized"], [4002, "replaced"], [4003, "kicked"]]) {
  test(`${code} stops it: ${reason}`, async t => {
    const clock = new ManualClock();
    const server = new FakeServer(t, { clock });
    const client = server.client();
    await client.ready;
    const asked = client.request({ type: "history", conv_id: "single_alice:bob" });
    server.last.close(code);
    assert.equal((await rejected(asked)).reason, "stopped");
    assert.deepEqual(client.state, { state: "stopped", reason, code });
    await clock.advance(3_600_000);
    assert.equal(server.connections.length, 1, "it came back");
    assert.equal((await rejected(client.history("single_alice:bob"))).reason, "stopped");
    client.connect();
    await server.connection(2);
    await until("online", () => client.state.state === "online");
  });
}

test("ready fails where the client stops first", async t => {
  const server = new FakeServer(t, { welcome: false });
  const client = server.client();
  (await server.connection(1)).close(4003);
  assert.equal((await rejected(client.ready)).reason, "stopped");
});

test("a server that is silent is left: after the upgrade, and when it doesn't answer pings", async t => {
  const clock = new ManualClock();
  const server = new FakeServer(t, { clock, welcome: false });
  const client = server.client();
  await server.connection(1);
  await turns();
  await clock.advance(9_999);
  assert.equal(client.state.state, "connecting");
  await clock.advance(1);
  assert.equal(client.state.state, "waiting");
  server.welcomes = true;
  await clock.advance(1000);
  await until("online", () => client.state.state === "online");
  await clock.advance(100_000);
  assert.equal(client.state.state, "online");
  assert.ok(server.last.all("ping").length >= 4);
  server.last.send = () => {}; // deaf from now on
  const told = events(client, "state");
  await clock.advance(24_000 + 10_000);
  assert.equal(told[0][1].state, "waiting");
});

test("comes back at once when the browser is online again or the page is seen", async t => {
  const saved = { add: globalThis.addEventListener, remove: globalThis.removeEventListener };
  const target = new EventTarget();
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  Object.assign(globalThis, { addEventListener: target.addEventListener.bind(target), removeEventListener: target.removeEventListener.bind(target), document: page });
  t.after(() => {
    Object.assign(globalThis, { addEventListener: saved.add, removeEventListener: saved.remove });
    delete globalThis.document;
  });
  const clock = new ManualClock();
  const server = new FakeServer(t, { clock });
  const client = server.client();
  await client.ready;
  let n = 1;
  for (const wake of [() => target.dispatchEvent(new Event("online")), () => page.dispatchEvent(new Event("visibilitychange"))]) {
    server.last.close(1006);
    await until("waiting", () => client.state.state === "waiting");
    wake();
    await server.connection(++n);
    await until("online", () => client.state.state === "online");
  }
  page.visibilityState = "hidden";
  server.last.close(1006);
  await until("waiting", () => client.state.state === "waiting");
  page.dispatchEvent(new Event("visibilitychange"));
  await turns();
  assert.equal(server.connections.length, 3, "nobody sees the page");
  await client.close();
  target.dispatchEvent(new Event("online"));
  await turns();
  assert.equal(server.connections.length, 3, "closed is closed");
});

test("a page that wakes up finds out soon that its connection is dead", async t => {
  const clock = new ManualClock();
  const server = new FakeServer(t, { clock });
  const client = server.client();
  await client.ready;
  server.last.send = () => {};
  client.connect();
  await clock.advance(5000);
  assert.equal(client.state.state, "waiting");
});

test("close ends it: the socket, what waits, and the names", async t => {
  const server = new FakeServer(t, { answerSync: false });
  const client = server.client();
  const told = events(client, "state");
  await until("online", () => client.state.state === "online");
  const asked = client.history("single_alice:bob");
  const { done } = client.send({ to: "bob" }, "hi");
  const both = Promise.all([rejected(asked), rejected(done)]);
  await client.close();
  assert.deepEqual((await both).map(e => e.reason), ["closed", "closed"]);
  assert.deepEqual(server.last.closed, { code: 1000, byClient: true });
  assert.deepEqual(told.at(-1)[1], { state: "stopped", reason: "closed" });
  assert.throws(() => client.send({ to: "bob" }, "hi"), { reason: "closed" });
  client.connect();
  await turns();
  assert.equal(server.connections.length, 1);
});

test("close waits a second for a server that doesn't answer", async t => {
  const clock = new ManualClock();
  const server = new FakeServer(t, { clock });
  const client = server.client();
  await client.ready;
  server.last.socket.close = () => {};
  let closed = false;
  client.close().then(() => { closed = true; });
  await clock.advance(999);
  assert.equal(closed, false);
  await clock.advance(1);
  assert.equal(closed, true);
});

test("says what is missing", () => {
  const server = new FakeServer({ after() {} });
  assert.throws(() => server.client({ url: "" }), /url/);
  assert.throws(() => server.client({ user: "", token: undefined, WebSocket: null }), /WebSocket/);
});

test("what a handler throws neither ends the connection nor keeps others from hearing", async t => {
  const server = new FakeServer(t);
  const client = server.client();
  const reported = t.mock.method(console, "error", () => {});
  client.on("state", () => { throw new Error("mine"); });
  client.on("state", async () => { throw new Error("mine too"); });
  const told = events(client, "state");
  const off = client.on("state", () => told.push("off"));
  off();
  await client.ready;
  assert.deepEqual(states(told), ["connecting", "online"]);
  assert.equal(reported.mock.callCount(), 4);
});
