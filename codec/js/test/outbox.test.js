// The outbox: each message goes out until it is answered, under one cid.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "./support/clock.js";
import { FakeServer, events } from "./support/fake.js";
import { rejected, turns, until } from "./support/wait.js";

const conv = "single_alice:bob";
const to = { to: "bob" };

async function online(t, options) {
  const clock = new ManualClock();
  const fake = new FakeServer(t, { clock });
  const client = fake.client(options);
  const told = events(client, "sending", "sent", "failed");
  await client.ready;
  let seq = 0;
  const answer = (m, connection = fake.last) => connection.send({ type: "sent", cid: m.cid, id: String(100 + ++seq), conv_id: conv, seq, time: 1 });
  return { clock, fake, client, told, answer };
}

async function reconnect(fake, clock, code = 1006) {
  fake.last.close(code);
  await turns();
  await clock.advance(15_000);
  return fake.connection(fake.connections.length);
}

const contents = connection => connection.all("send").map(m => m.content);

test("what wasn't answered goes out again after a reconnect, in order and under its cid", async t => {
  const { clock, fake, client, told, answer } = await online(t);
  const sends = ["a", "b", "c"].map(text => client.send(to, text));
  await fake.last.one("send", 3);
  answer(fake.last.all("send")[0]);
  await sends[0].done;
  const second = await reconnect(fake, clock);
  await second.one("send", 2);
  assert.deepEqual(second.all("send"), fake.connections[0].all("send").slice(1));
  for (const m of second.all("send")) answer(m, second);
  assert.deepEqual((await Promise.all(sends.map(s => s.done))).map(s => s.seq), [1, 2, 3]);
  assert.deepEqual(client.outbox(), []);
  assert.deepEqual(told.map(([name, e]) => [name, e.cid]), [
    ...sends.map(s => ["sending", s.cid]), ...sends.map(s => ["sent", s.cid]),
  ]);
  assert.equal((await reconnect(fake, clock)).all("send").length, 0, "sent again after its answer");
});

test("what is given while there is no connection waits in the outbox", async t => {
  const { clock, fake, client } = await online(t);
  fake.last.close(1006);
  await turns();
  const { cid } = client.send(conv, "x", { cid: "mine-1", mentionAll: true });
  assert.equal(cid, "mine-1");
  assert.deepEqual(client.outbox(), [{ cid, conv_id: conv, content: "x", mentions: "all", time: clock.now(), tried: false }]);
  await clock.advance(1000);
  await (await fake.connection(2)).one("send");
  assert.equal(client.outbox()[0].tried, true);
});

for (const reason of ["rate_limited", "busy", "shutting_down"]) {
  test(`${reason} is tried again after retry_after_ms, under the same cid, and in order`, async t => {
    const { clock, fake, client, answer, told } = await online(t);
    const sends = ["a", "b", "c"].map(text => client.send(to, text));
    await fake.last.one("send", 3);
    for (const m of fake.last.all("send")) fake.last.send({ type: "error", cid: m.cid, code: 503, reason, msg: "later", retry_after_ms: 700 });
    await turns();
    client.send(to, "d");
    await clock.advance(699);
    assert.equal(fake.last.all("send").length, 3, "too early");
    await clock.advance(1);
    for (let n = 4; n <= 7; n++) answer(await fake.last.one("send", n));
    await Promise.all(sends.map(s => s.done));
    assert.deepEqual(contents(fake.last), ["a", "b", "c", "a", "b", "c", "d"]);
    assert.equal(fake.last.all("send")[3].cid, sends[0].cid);
    assert.equal(told.filter(([name]) => name === "failed").length, 0);
  });
}

test("a refusal for good fails it, and nothing else", async t => {
  const { fake, client, told, answer } = await online(t);
  const bad = client.send(to, "a"), good = client.send(to, "b");
  await fake.last.one("send", 2);
  fake.last.send({ type: "error", cid: bad.cid, code: 403, reason: "blocked", msg: "no" });
  answer(fake.last.all("send")[1]);
  const error = await rejected(bad.done);
  assert.deepEqual([error.name, error.code, error.reason, error.msg, error.cid], ["GannetError", 403, "blocked", "no", bad.cid]);
  await good.done;
  const failed = told.find(([name]) => name === "failed")[1];
  assert.deepEqual([failed.cid, failed.item.content, failed.error], [bad.cid, "a", error]);
  assert.deepEqual(client.outbox(), []);
});

test("a fault of the server is tried again, ten times; a full disk as long as it takes", async t => {
  const { clock, fake, client } = await online(t);
  const broken = client.send(to, "a"), patient = client.send(to, "b");
  for (let n = 0; n < 12; n++) {
    await until("sent again", () => contents(fake.last).filter(c => c === "b").length === n + 1);
    for (const m of fake.last.all("send").slice(n < 10 ? -2 : -1)) {
      fake.last.send({ type: "error", cid: m.cid, code: m.content === "a" ? 500 : 507, reason: m.content === "a" ? "internal" : "storage_full", msg: "oh" });
    }
    await turns();
    const before = fake.last.all("send").length;
    await clock.advance(900);
    assert.equal(fake.last.all("send").length, before, "at once");
    await clock.advance(60_000);
  }
  assert.equal((await rejected(broken.done)).reason, "internal");
  assert.equal(contents(fake.last).filter(c => c === "a").length, 10);
  assert.equal(client.outbox()[0].cid, patient.cid);
});

test("it is bounded, and says what can't be sent", async t => {
  const { client, fake } = await online(t, { outboxMessages: 2, messageBytes: 200, outboxSize: 400 });
  const deep = n => (n === 0 ? 1 : [deep(n - 1)]);
  assert.throws(() => client.send(to, deep(32)), { reason: "bad_request" });
  assert.throws(() => client.send(to, undefined), { reason: "bad_request" });
  assert.throws(() => client.send(to, "é".repeat(90)), { name: "GannetError", reason: "too_large", code: 413 });
  assert.throws(() => client.send(to, "x", { cid: "ü" }), { reason: "bad_request" });
  client.send(to, deep(31), { cid: "c-1" });
  assert.throws(() => client.send(to, "x", { cid: "c-1" }), { reason: "bad_request" });
  client.send(to, "b\ud800d \\ud800");
  assert.throws(() => client.send(to, "x"), { reason: "outbox_full" });
  assert.equal((await fake.last.one("send", 2)).content, "b\ufffdd \\ud800");
});

test("what has not gone out can be cancelled", async t => {
  const { clock, fake, client, told } = await online(t);
  const gone = client.send(to, "a");
  await fake.last.one("send");
  assert.equal(client.cancel(gone.cid), false);
  fake.last.close(1006);
  await turns();
  const { cid, done } = client.send(to, "b");
  assert.equal(client.cancel(cid), true);
  assert.equal(client.cancel(cid), false);
  assert.equal((await rejected(done)).reason, "cancelled");
  assert.equal(told.at(-1)[0], "failed");
  await clock.advance(1000);
  await turns();
  assert.deepEqual(contents(await fake.connection(2)), ["a"]);
});

test("what may have been stored is not sent again when the server may have forgotten its cid", async t => {
  const { clock, fake, client } = await online(t);
  const tried = client.send(to, "a");
  await fake.last.one("send");
  fake.refuse = true;
  fake.last.close(1006);
  await turns();
  const fresh = client.send(to, "b");
  await clock.advance(6 * 24 * 3600_000);
  fake.refuse = false;
  const before = fake.connections.length;
  await clock.advance(60_000);
  await fake.connection(before + 1);
  assert.equal((await rejected(tried.done)).reason, "too_old");
  assert.deepEqual(client.outbox().map(i => i.cid), [fresh.cid]);
  assert.deepEqual(contents(fake.last), ["b"]);
});

test("one that is too large for the server doesn't block the others", async t => {
  const { clock, fake, client, answer } = await online(t);
  const sends = ["a", "poison", "c"].map(text => client.send(to, text));
  await fake.last.one("send", 3);
  const seen = [...fake.last.all("send")];
  fake.last.close(1009);
  for (let asked = []; asked.length < 4;) {
    await turns();
    await clock.advance(15_000);
    const m = fake.last.all("send").find(m => !seen.includes(m));
    if (!m) break;
    seen.push(m);
    asked.push(m.content);
    assert.ok(fake.last.all("send").filter(m => !seen.includes(m)).length === 0, "more than one under way");
    if (m.content === "poison") fake.last.close(1009);
    else answer(m);
  }
  assert.equal((await rejected(sends[1].done)).reason, "too_large");
  await until("the others", () => client.outbox().length === 0);
  await sends[0].done;
  await sends[2].done;
});

for (const [code, reason] of [[507, "storage_full"], [500, "internal"]]) test(`nothing of its conversation overtakes what is tried again after ${reason}`, async t => {
  const { clock, fake, client, answer } = await online(t);
  const { cid } = client.send(to, "first");
  await fake.last.one("send");
  fake.last.send({ type: "error", cid, code, reason, msg: "oh" });
  await turns();
  client.send(to, "second");
  client.send({ to: "carol" }, "elsewhere");
  await clock.advance(900);
  assert.deepEqual(contents(fake.last), ["first", "elsewhere"]);
  await clock.advance(2000);
  answer(await fake.last.one("send", 3));
  await fake.last.one("send", 4);
  assert.deepEqual(contents(fake.last), ["first", "elsewhere", "first", "second"]);
});

test("the age of a message counts from its first try", async t => {
  const { clock, fake, client } = await online(t);
  fake.refuse = true;
  fake.last.close(1006);
  await turns();
  const { cid } = client.send(to, "a");
  await clock.advance(6 * 24 * 3600_000);
  fake.refuse = false;
  await clock.advance(15_000);
  await (await until("a connection", () => fake.last.welcomed && fake.last)).one("send");
  await (await reconnect(fake, clock)).one("send"); // its first answer was lost
  assert.deepEqual(client.outbox().map(i => i.cid), [cid]);
  clock.time += 5 * 24 * 3600_000;
  await (await reconnect(fake, clock)).one("send");
  clock.time += 24 * 3600_000;
  await reconnect(fake, clock);
  assert.deepEqual(client.outbox(), [], "counted from a later try");
});

test("no more than 64 are under way, and fewer after rate_limited", async t => {
  const { clock, fake, client, answer } = await online(t);
  for (let i = 0; i < 100; i++) client.send(to, i);
  await fake.last.one("send", 64);
  await turns();
  assert.equal(fake.last.all("send").length, 64);
  const [first, ...rest] = fake.last.all("send");
  answer(first);
  await fake.last.one("send", 65);
  for (const m of rest) fake.last.send({ type: "error", cid: m.cid, code: 429, reason: "rate_limited", msg: "slow", retry_after_ms: 5 });
  await turns();
  await clock.advance(5);
  assert.equal(fake.last.all("send").length, 65, "one is under way still, and that is all there may be");
  answer(fake.last.all("send")[64]);
  await fake.last.one("send", 67);
  await turns();
  assert.equal(fake.last.all("send").length, 67, "with each answer there may be one more");
});
