// Stores: what outlives a page, tabs beside each other, and tabs that are gone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browserStore, memoryStore } from "../gannet.js";
import { browser } from "./support/browser.js";
import { ManualClock } from "./support/clock.js";
import { FakeServer, chat, events, places } from "./support/fake.js";
import { turns, until } from "./support/wait.js";

const to = { to: "bob" };
const conv = "single_alice:bob";

function setUp(t) {
  const clock = new ManualClock();
  return { clock, fake: new FakeServer(t, { clock }) };
}

// crash ends a client as a tab that is killed: without a word to the store or the server.
function crash(fake, navigator, slot) {
  fake.refuse = true;
  for (const c of fake.connections) c.close(1006);
  navigator.locks.drop(`gannet:alice:tab:${slot}`);
}

for (const [name, make] of [["memoryStore", () => { const s = memoryStore(); return () => s; }], ["browserStore", t => { browser(t); return () => browserStore(); }]]) {
  test(`${name}: a reload keeps the outbox, the device and the cursors`, async t => {
    const { clock, fake } = setUp(t);
    const store = make(t);
    const first = fake.client({ store: store() });
    await first.ready;
    const sends = ["a", "b"].map(text => first.send(to, text, { replyTo: { id: "5", seq: 1 } }));
    await fake.last.one("send", 2);
    fake.last.send(chat(7));
    await until("seven", () => first.cursors()[conv] === 7);
    await first.close();
    const { device } = first;

    fake.refuse = true;
    const offline = fake.client({ store: store() });
    await until("found", () => offline.outbox().length === 2);
    assert.ok(offline.outbox().every(item => item.tried), "what has gone out once counts as such after a reload");
    await offline.close();
    fake.refuse = false;

    const second = fake.client({ store: store() });
    const told = events(second, "sending", "sent");
    const early = second.send(to, "c", { cid: "early" }); // goes behind what is in the store
    await second.ready;
    assert.equal((await fake.last.one("send", 3)).cid, early.cid);
    fake.last.send({ type: "error", cid: early.cid, code: 403, reason: "blocked", msg: "no" });
    await until("failed", () => second.outbox().length === 2);
    assert.equal(second.device, device);
    const again = [await fake.last.one("send"), await fake.last.one("send", 2)];
    assert.deepEqual(again, fake.connections[0].all("send"));
    assert.equal(offline.device, device);
    assert.deepEqual((await fake.last.one("sync")).cursors, { [conv]: 7 });
    assert.deepEqual(second.outbox().map(i => [i.cid, i.tried]), sends.map(s => [s.cid, true]));
    const got = events(second, "entry");
    again.forEach((m, i) => fake.last.send({ type: "sent", cid: m.cid, id: String(i), conv_id: conv, seq: 8 + i, time: 1 }));
    await until("sent", () => told.length === 5);
    assert.equal(got[0][1].reply_seq, 1);
    await second.close();

    const third = fake.client({ store: store() });
    await third.ready;
    assert.deepEqual(third.outbox(), []);
    assert.deepEqual(third.cursors(), { [conv]: 9 });
    await clock.advance(100);
    assert.equal(fake.last.all("send").length, 0);
  });
}

test("what was given before anything was known of the user is kept", async t => {
  const { fake } = setUp(t);
  const store = memoryStore();
  fake.refuse = true;
  const first = fake.client({ store });
  const { cid } = first.send(to, "early");
  await until("kept", () => store.keys("alice:out:").length === 1);
  await first.close();
  const second = fake.client({ store });
  await until("found", () => second.outbox().length === 1);
  assert.deepEqual(second.outbox().map(i => [i.cid, i.tried]), [[cid, false]]);
});

test("two tabs have devices of their own, and each sends its own", async t => {
  browser(t);
  const { clock, fake } = setUp(t);
  const tabs = [fake.client({ store: browserStore() })];
  await tabs[0].ready;
  tabs.push(fake.client({ store: browserStore() }));
  await tabs[1].ready;
  assert.notEqual(tabs[0].device, tabs[1].device);
  tabs.forEach((tab, i) => tab.send(to, `from ${i}`));
  for (const [i, c] of fake.connections.entries()) assert.equal((await c.one("send")).content, `from ${i}`);
  await clock.advance(30_000); // they look what others have left
  assert.deepEqual(fake.connections.map(c => c.all("send").length), [1, 1]);
  assert.deepEqual(tabs.map(tab => tab.outbox().length), [1, 1]);
});

test("what a tab leaves that is gone another one takes over, once", async t => {
  const { navigator, localStorage } = browser(t);
  const { clock, fake } = setUp(t);
  const [gone, other] = [fake.client({ store: browserStore() }), fake.client({ store: browserStore() })];
  await Promise.all([gone.ready, other.ready]);
  const slot = gone.device.split(".")[1];
  const mine = other.send(to, "mine");
  await until("out", () => fake.connections.some(c => c.all("send").length === 1));
  fake.connections.find(c => c.all("send").length === 1).send({ type: "sent", cid: mine.cid, id: "1", conv_id: conv, seq: 1, time: 1 });
  await mine.done;
  const { cid } = gone.send(to, "left behind");
  await until("out", () => fake.connections.some(c => c.all("send").some(m => m.cid === cid)));
  crash(fake, navigator, slot);
  await turns();
  fake.refuse = false;
  const told = events(other, "sending");
  const asked = fake.connections.length;
  await gone.close(); // its wires are cut; only the store knows of the message
  await clock.advance(1000);
  await until("taken over", () => told.length === 1);
  const now = fake.connections.slice(asked).find(c => c.all("send").length > 0);
  const again = await now.one("send");
  assert.deepEqual([again.cid, again.content], [cid, "left behind"]);
  now.send({ type: "sent", cid, id: "2", conv_id: conv, seq: 2, time: 1 });
  await until("empty", () => other.outbox().length === 0);
  assert.deepEqual(Object.keys(localStorage).filter(key => key.includes(":out:")), []);
});

for (const how of ["within a heartbeat", "when it is looked at"]) test(`a tab that stays online takes over ${how}`, async t => {
  browser(t);
  const { clock, fake } = setUp(t);
  const other = fake.client({ store: browserStore() });
  await other.ready;
  const gone = fake.client({ store: browserStore() });
  await gone.ready;
  const { cid } = gone.send(to, "left behind");
  await fake.connections[1].one("send");
  await gone.close();
  if (how === "when it is looked at") other.connect();
  else await clock.advance(25_000);
  assert.equal((await fake.connections[0].one("send")).cid, cid);
});

for (const how of ["full", "slow"]) test(`what can't be stored here stays where it is: a store that is ${how}`, async t => {
  const { fake } = setUp(t);
  const inner = memoryStore();
  const gone = fake.client({ store: inner });
  await gone.ready;
  for (const text of ["one", "two"]) gone.send(to, text);
  await fake.last.one("send", 2);
  const other = fake.client({ store: { ...inner, set: (key, value) => stop.set(key, value) } });
  const told = events(other, "error");
  let release;
  const stop = { set: inner.set };
  await other.ready;
  stop.set = (key, value) => {
    if (!key.includes(":out:") || inner.keys("alice:out:1:").length === 0) return inner.set(key, value);
    if (how === "full") throw new Error("full");
    return new Promise(resolve => { release = () => resolve(inner.set(key, value)); });
  };
  await gone.close();
  other.connect(); // it looks what others have left
  await until("moved as far as it goes", () => told.length > 0 || release);
  await turns();
  assert.equal(inner.keys("alice:out:").length, 2, "deleted before it was stored");
  if (how === "full") {
    assert.deepEqual(other.outbox().map(i => i.content), ["one"]);
    stop.set = inner.set;
    other.connect();
  } else {
    assert.deepEqual(other.outbox(), []);
    stop.set = inner.set;
    release();
  }
  await until("both", () => other.outbox().length === 2);
  assert.ok(inner.keys("alice:out:").every(key => key.startsWith("alice:out:1:")));
});

test("a client that is closed while it takes over leaves it to the next", async t => {
  const { fake } = setUp(t);
  const inner = memoryStore();
  const gone = fake.client({ store: inner });
  await gone.ready;
  const { cid } = gone.send(to, "left behind");
  let stored;
  const hold = (key, value) => new Promise(resolve => { stored = () => resolve(inner.set(key, value)); });
  const other = fake.client({ store: { ...inner, set: (key, value) => (key.endsWith(cid) ? hold(key, value) : inner.set(key, value)) } });
  const told = events(other, "sending");
  await other.ready;
  await gone.close();
  other.connect();
  await until("being stored", () => stored);
  await other.close();
  stored();
  await turns();
  assert.deepEqual(told, []);
  const next = [fake.client({ store: inner }), fake.client({ store: inner })];
  await until("found", () => next.some(client => client.outbox().length === 1));
});

test("a store may be for one client alone", async t => {
  const { fake } = setUp(t);
  const inner = memoryStore(), deleted = [];
  const store = { ...inner, lock: async () => () => {}, delete: key => { deleted.push(key); inner.delete(key); } };
  const client = fake.client({ store });
  await client.ready;
  client.send(to, "mine");
  client.connect(); // it looks what others have left
  await turns();
  assert.deepEqual(deleted, [], "took over from itself");
});

test("forget leaves alone what other tabs have to send", async t => {
  const { fake } = setUp(t);
  const store = memoryStore();
  const [mine, other, gone] = [fake.client({ store }), fake.client({ store }), fake.client({ store })];
  await Promise.all([mine.ready, other.ready, gone.ready]);
  for (const client of [mine, other, gone]) client.send(to, "secret");
  await gone.close();
  await mine.forget();
  const [left, ...more] = store.keys("alice:");
  assert.ok(left.endsWith(`:${other.outbox()[0].cid}`));
  assert.deepEqual(more, []);
});

test("without the Web Locks API tabs lease their places", async t => {
  const { localStorage } = browser(t, { locks: false });
  const { fake } = setUp(t);
  const [a, b] = [fake.client({ store: browserStore() }), fake.client({ store: browserStore() })];
  await Promise.all([a.ready, b.ready]);
  assert.notEqual(a.device, b.device);
  const slots = [a, b].map(c => c.device.split(".")[1]);
  await a.close();
  assert.equal(localStorage.getItem(`gannet:lease:alice:tab:${slots[0]}`), null);
  localStorage.setItem(`gannet:lease:alice:tab:${slots[0]}`, `somebody ${Date.now() - 1}`); // who died
  const c = fake.client({ store: browserStore() });
  await c.ready;
  assert.equal(c.device, a.device);
});

test("users of one browser don't see each other's", async t => {
  browser(t);
  const { fake } = setUp(t);
  const alice = fake.client({ store: browserStore() });
  await alice.ready;
  alice.send(to, "alice's");
  await fake.last.one("send");
  await alice.close();
  fake.user = "carol";
  const carol = fake.client({ store: browserStore(), user: "carol" });
  await carol.ready;
  await turns();
  assert.deepEqual(carol.outbox(), []);
  assert.notEqual(carol.device, alice.device);
});

test("cursors of two tabs: a fresh page begins where the further one was; ends and one's own cursors go before the store's", async t => {
  const store = memoryStore();
  const { clock, fake } = setUp(t);
  const [a, b] = [fake.client({ store }), fake.client({ store })];
  await Promise.all([a.ready, b.ready]);
  for (let seq = 1; seq <= 5; seq++) for (const c of seq <= 3 ? fake.connections : fake.connections.slice(0, 1)) c.send(chat(seq));
  await until("five", () => [a, b].some(c => c.cursors()[conv] === 5));
  await clock.advance(1000);
  await Promise.all([a.close(), b.close()]);
  const c = fake.client({ store });
  await c.ready;
  assert.deepEqual(c.cursors(), { [conv]: 5 });
  const d = fake.client({ store, from: { [conv]: 2 } });
  await d.ready;
  assert.deepEqual(d.cursors(), { [conv]: 2 });
});

test("forget leaves nothing", async t => {
  const { localStorage } = browser(t);
  const { fake } = setUp(t);
  const client = fake.client({ store: browserStore("mine") });
  await client.ready;
  client.send(to, "secret");
  fake.last.send(chat(1));
  await until("one", () => client.cursors()[conv]);
  assert.ok(Object.keys(localStorage).length > 0);
  await client.forget();
  assert.deepEqual(Object.keys(localStorage), []);
});

test("a store that is full or broken is told of, and the client goes on", async t => {
  const { fake } = setUp(t);
  const full = { ...memoryStore(), set: () => { throw new Error("full"); } };
  const client = fake.client({ store: full });
  const told = events(client, "error");
  await client.ready;
  client.send(to, "a");
  await fake.last.one("send");
  assert.equal(told[0][1].message, "full");
  const broken = fake.client({ store: { ...memoryStore(), keys: async () => { throw new Error("broken"); } } });
  const heard = events(broken, "error");
  await broken.ready;
  assert.equal(heard[0][1].message, "broken");
});

test("a store may be asynchronous", async t => {
  const { clock, fake } = setUp(t);
  const inner = memoryStore();
  const later = fn => async (...args) => { await turns(2); return fn(...args); };
  const store = Object.fromEntries(Object.entries(inner).map(([name, fn]) => [name, later(fn)]));
  const first = fake.client({ store });
  const got = places(first);
  const early = first.send(to, "before anything is known");
  await first.ready;
  fake.last.send(chat(4));
  await until("four", () => got[conv]);
  await clock.advance(1000);
  await first.close();
  const second = fake.client({ store });
  await second.ready;
  assert.equal((await fake.last.one("send")).cid, early.cid);
  assert.deepEqual(second.cursors(), { [conv]: 4 });
});

test("where there is no localStorage, things are kept in memory", async () => {
  const store = browserStore();
  store.set("a", "1");
  assert.equal(store.get("a"), "1");
});
