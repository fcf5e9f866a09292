// Requests: answers, refusals, reconnects, and the methods that make them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "./support/clock.js";
import { FakeServer, events } from "./support/fake.js";
import { rejected, turns, until } from "./support/wait.js";

async function online(t, options) {
  const clock = new ManualClock();
  const fake = new FakeServer(t, { clock });
  const client = fake.client(options);
  await client.ready;
  return { clock, fake, client };
}

test("each method makes its request, and gives the answer", async t => {
  const { fake, client } = await online(t);
  const ok = m => ({ type: "ok", cid: m.cid });
  const calls = [
    [c => c.recall("7"), { type: "recall", id: "7" }, ok, undefined],
    [c => c.edit("7", "x", { contentType: "rich" }), { type: "edit", id: "7", content: "x", content_type: "rich" }, ok, undefined],
    [c => c.react("7", "👍"), { type: "react", id: "7", emoji: "👍" }, ok, undefined],
    [c => c.react("7", "👍", { remove: true }), { type: "react", id: "7", emoji: "👍", remove: true }, ok, undefined],
    [c => c.read("group_g", 4), { type: "read", conv_id: "group_g", seq: 4 }, ok, undefined],
    [c => c.agent({ status: "online", maxSessions: 3 }), { type: "agent", status: "online", max_sessions: 3 }, ok, undefined],
    [c => c.request({ type: "later", x: 1 }).then(m => m.y), { type: "later", x: 1 }, m => ({ type: "later", cid: m.cid, y: 2 }), 2],
    [c => c.history({ to: "bob" }, { before: 9, limit: 5 }).then(m => m.messages), { type: "history", to: "bob", before: 9, limit: 5 },
      m => ({ type: "history", cid: m.cid, messages: [1] }), [1]],
    [c => c.history({ group: "g" }).then(m => m.messages), { type: "history", group_id: "g" }, m => ({ type: "history", cid: m.cid, messages: [] }), []],
    [c => c.message("group_g", 8).then(m => m.content), { type: "history", conv_id: "group_g", before: 9, limit: 1 },
      m => ({ type: "history", cid: m.cid, messages: [{ type: "chat", seq: 8, content: "it" }] }), "it"],
    [c => c.message("group_g", 8), { type: "history", conv_id: "group_g", before: 9, limit: 1 },
      m => ({ type: "history", cid: m.cid, messages: [{ type: "group", seq: 8 }] }), undefined],
    [c => c.conversations({ limit: 3, cursor: "n" }).then(m => m.next), { type: "conversations", limit: 3, cursor: "n" },
      m => ({ type: "conversations", cid: m.cid, conversations: [], next: "o" }), "o"],
    [c => c.presence(["bob"]).then(m => m.users), { type: "presence", users: ["bob"] }, m => ({ type: "presence", cid: m.cid, users: { bob: "online" } }), { bob: "online" }],
  ];
  for (const [call, want, answer, result] of calls) {
    const before = fake.last.got.length;
    const promise = call(client);
    const got = await until(want.type, () => fake.last.got[before]);
    const { cid, ...rest } = got;
    assert.deepEqual(rest, want);
    assert.ok(/^[0-9a-f]{24}$/.test(cid));
    fake.last.send(answer(got));
    assert.deepEqual(await promise, result);
  }
});

test("a refusal is thrown; one for now is tried again", async t => {
  const { clock, fake, client } = await online(t);
  const refused = client.recall("7");
  const first = await fake.last.one("recall");
  fake.last.send({ type: "error", cid: first.cid, code: 400, reason: "recall_expired", msg: "too late" });
  const error = await rejected(refused);
  assert.deepEqual([error.code, error.reason, error.msg, error.message], [400, "recall_expired", "too late", "too late"]);
  const later = client.recall("8");
  const second = await fake.last.one("recall", 2);
  fake.last.send({ type: "error", cid: second.cid, code: 429, reason: "rate_limited", msg: "slow", retry_after_ms: 40 });
  await turns();
  await clock.advance(39);
  assert.equal(fake.last.all("recall").length, 2);
  await clock.advance(1);
  assert.deepEqual(await fake.last.one("recall", 3), second);
  fake.last.send({ type: "ok", cid: second.cid });
  await later;
});

test("what isn't answered is asked again after a reconnect, until its time is over", async t => {
  const { clock, fake, client } = await online(t, { requestTimeout: 20_000 });
  const asked = client.read("group_g", 4);
  await fake.last.one("read");
  fake.last.close(1006);
  await turns();
  const meanwhile = client.history("group_g");
  await clock.advance(1000);
  const second = await fake.connection(2);
  assert.deepEqual(await second.one("read"), fake.connections[0].all("read")[0]);
  second.send({ type: "ok", cid: second.all("read")[0].cid });
  await asked;
  const late = rejected(meanwhile);
  await clock.advance(20_000);
  assert.equal((await late).reason, "timeout");
});

test("requests that are too large or too deep are not made", async t => {
  const { client } = await online(t);
  assert.equal((await rejected(client.edit("7", "x".repeat(66_000)))).reason, "too_large");
  let deep = 1;
  for (let i = 0; i < 32; i++) deep = [deep];
  assert.equal((await rejected(client.edit("7", deep))).reason, "bad_request");
});

test("who is watched is watched again after a reconnect", async t => {
  const { clock, fake, client } = await online(t);
  const told = events(client, "presence");
  const watching = client.watch(["bob", "carol"]);
  const first = await fake.last.one("presence");
  assert.equal(first.watch, true);
  fake.last.send({ type: "presence", cid: first.cid, users: { bob: "online", carol: "offline" } });
  assert.deepEqual((await watching).users, { bob: "online", carol: "offline" });
  fake.last.send({ type: "presence", users: { bob: "offline" } });
  await until("told", () => told.length === 1);
  client.unwatch(["bob"]);
  assert.deepEqual((await fake.last.one("presence", 2)).users, ["bob"]);
  fake.last.close(1006);
  await turns();
  await clock.advance(1000);
  const second = await fake.connection(2);
  const again = await second.one("presence");
  assert.deepEqual([again.users, again.watch], [["carol"], true]);
  second.send({ type: "presence", cid: again.cid, users: { carol: "online" } });
  await until("told", () => told.length === 2);
  client.unwatch();
  const end = await second.one("presence", 2);
  assert.deepEqual([end.users, end.watch], [undefined, false]);
});

test("typing is told once a second, and what the server says to it is nobody's business", async t => {
  const { clock, fake, client } = await online(t);
  const told = events(client, "notice", "error");
  for (let i = 0; i < 5; i++) client.typing({ to: "bob" });
  client.typing({ group: "g" });
  await clock.advance(1000);
  client.typing({ group: "g" });
  await turns();
  assert.deepEqual(fake.last.all("typing").map(m => m.to ?? m.group_id), ["bob", "g", "g"]);
  fake.last.send({ type: "error", cid: "typing", code: 403, reason: "blocked", msg: "no" });
  await turns();
  assert.deepEqual(told, []);
});

test("notices go to their own events", async t => {
  const { fake, client } = await online(t);
  const names = ["read", "typing", "presence", "conversation", "queue", "agent", "desk"];
  const told = events(client, ...names, "notice");
  for (const type of names) fake.last.send({ type, conv_id: "group_g", seq: 1 });
  fake.last.send({ type: "error", code: 429, reason: "rate_limited", msg: "slow", retry_after_ms: 4 });
  await until("told", () => told.length === 8);
  assert.deepEqual(told.map(([name, e]) => [name, e.type]), [...names.map(n => [n, n]), ["notice", "error"]]);
});
