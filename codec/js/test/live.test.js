// With a real server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore } from "../gannet.js";
import { events, places } from "./support/fake.js";
import { client, dev, jwt, name, skip, token } from "./support/server.js";
import { rejected, until } from "./support/wait.js";

const clockSkew = 30; // seconds for which a server takes a token beyond its end
const rising = n => Array.from({ length: n }, (_, i) => i + 1);

test("two users talk: each has all entries, in order, complete", { skip: skip.dev }, async t => {
  const [alice, bob] = [name("alice"), name("bob")];
  const a = client(t, { ...dev, user: alice }), b = client(t, { ...dev, user: bob });
  const logs = [a, b].map(c => events(c, "entry"));
  await Promise.all([a.ready, b.ready]);
  const sends = [];
  for (let i = 0; i < 40; i++) sends.push((i % 2 ? a : b).send({ to: i % 2 ? bob : alice }, { i }).done);
  const { id, conv_id } = await sends[1];
  await Promise.all(sends);
  await a.send({ to: bob }, "an answer", { replyTo: { id, seq: 2 }, mentions: [bob], ttl: 3600, contentType: "note" }).done;
  await a.edit(id, "other");
  await b.react(id, "👍");
  await a.recall(id);
  for (const log of logs) await until("44", () => log.length === 44);
  const [mine, theirs] = logs.map(log => log.map(([, e]) => { const { cid, ...rest } = e; return rest; }));
  const seqs = mine.map(e => e.event_seq ?? e.seq);
  assert.deepEqual(seqs, rising(44));
  const withoutReply = e => { const { reply_seq, ...rest } = e; return rest; };
  assert.deepEqual(mine.map(withoutReply), theirs.map(withoutReply), "own entries differ from those of others");
  const { messages } = await a.history(conv_id, { limit: 100 });
  assert.deepEqual(messages.find(m => m.content_type === "note"), theirs.find(m => m.content_type === "note"));
  assert.equal((await b.message(conv_id, mine[1].seq)).seq, 2);
});

test("read, typing, presence and the list", { skip: skip.dev }, async t => {
  const [alice, bob] = [name("alice"), name("bob")];
  const a = client(t, { ...dev, user: alice }), b = client(t, { ...dev, user: bob });
  const told = events(a, "read", "typing", "presence");
  await Promise.all([a.ready, b.ready]);
  const { conv_id, seq, id } = await a.send({ to: bob }, "hi").done;
  assert.equal((await a.watch([bob])).users[bob], "online");
  await b.read(conv_id, seq);
  b.typing({ to: alice });
  await until("read and typing", () => told.length === 2);
  assert.deepEqual(told.map(([n, e]) => [n, e.conv_id]), [["read", conv_id], ["typing", conv_id]]);
  assert.deepEqual(told[0][1].ids, [id]);
  const list = async c => (await c.conversations()).conversations[0];
  await until("acknowledged", async () => (await list(a)).peer_ack_seq === seq);
  assert.deepEqual([(await list(b)).unread, (await list(a)).peer_read_seq], [0, seq]);
  await b.close();
  await until("offline", () => told.some(([n, e]) => n === "presence" && e.users[bob] === "offline"));
});

test("who was away gets what came meanwhile, once", { skip: skip.dev }, async t => {
  const [alice, bob] = [name("alice"), name("bob")];
  const store = memoryStore();
  const a = client(t, { ...dev, user: alice });
  let b = client(t, { ...dev, user: bob, store });
  await Promise.all([a.ready, b.ready]);
  const got = places(b);
  const { conv_id } = await a.send({ to: bob }, 1).done;
  await until("one", () => got[conv_id]);
  await b.close();
  for (let i = 2; i <= 700; i++) await a.send({ to: bob }, i).done;
  b = client(t, { ...dev, user: bob, store });
  const later = places(b);
  await b.ready;
  assert.deepEqual(later[conv_id], rising(700).slice(1));
  const fresh = client(t, { ...dev, user: bob, from: "ends" });
  const told = events(fresh, "conversations", "entry");
  await fresh.ready;
  assert.deepEqual(told.map(([n]) => n), ["conversations"]);
  assert.equal(told[0][1].conversations[0].last_message.content, 700);
});

test("a group: what HTTP does to it is heard, and who is out of it is told", { skip: skip.dev }, async t => {
  const [alice, bob, group] = [name("alice"), name("bob"), name("team")];
  const a = client(t, { ...dev, user: alice }), store = memoryStore();
  let b = client(t, { ...dev, user: bob, store });
  await Promise.all([a.ready, b.ready]);
  const got = places(b), told = events(b, "entry");
  await a.http("POST", "/groups", { group_id: group, name: "Team", members: [bob] });
  await a.send({ group }, "hello").done;
  await until("two", () => got[`group_${group}`]?.length === 2);
  assert.deepEqual(told.map(([, e]) => [e.type, e.event]), [["group", "created"], ["chat", undefined]]);
  await b.close();
  await a.http("DELETE", `/groups/${group}/members/${bob}`);
  b = client(t, { ...dev, user: bob, store });
  const gone = events(b, "gone");
  await b.ready;
  assert.deepEqual(gone, [["gone", { conv_id: `group_${group}` }]]);
  const error = await rejected(b.send({ group }, "let me in").done.then(() => b.http("GET", `/groups/${group}/bans`)));
  assert.equal(error.name, "GannetError");
});

test("what the server would call unreadable arrives, or is refused here", { skip: skip.dev }, async t => {
  const [alice, bob] = [name("alice"), name("bob")];
  const a = client(t, { ...dev, user: alice });
  await a.ready;
  const nested = n => (n === 0 ? "x" : { a: nested(n - 1) });
  for (const content of ["\ud800", "\u0000\u001f\u2028", { "\udfff": 1 }, nested(31), "\\ud800", null, ""]) {
    const { conv_id, seq } = await a.send({ to: bob }, content).done;
    const { content: kept } = await a.message(conv_id, seq);
    if (typeof content === "string" && content.isWellFormed?.() !== false) assert.equal(kept, content === "\ud800" ? "\ufffd" : content);
  }
  assert.throws(() => a.send({ to: bob }, nested(32)), { reason: "bad_request" });
  assert.throws(() => a.send({ to: bob }, "x".repeat(65_536)), { reason: "too_large" });
  assert.equal((await rejected(a.send({ to: alice }, "me").done)).code, 400);
  assert.equal(a.state.state, "online");
});

test("more than a connection may ask is sent all the same", { skip: skip.dev }, async t => {
  const [alice, bob] = [name("alice"), name("bob")];
  const a = client(t, { ...dev, user: alice }), b = client(t, { ...dev, user: bob });
  const got = places(b), told = events(a, "failed");
  await Promise.all([a.ready, b.ready]);
  const sends = Array.from({ length: 600 }, (_, i) => a.send({ to: bob }, i).done);
  const places_ = (await Promise.all(sends)).map(s => s.seq);
  assert.deepEqual([...places_].sort((x, y) => x - y), rising(600));
  const [conv] = Object.keys(a.cursors());
  await until("all", () => got[conv]?.length === 600);
  assert.deepEqual(got[conv], rising(600));
  assert.deepEqual(told, []);
});

test("tokens: renewed on the connection before they run out", { skip: skip.jwt }, async t => {
  const alice = name("alice");
  const asked = [];
  const a = client(t, { ...jwt, token: ({ reason }) => { asked.push(reason); return token(alice, asked.length === 1 ? 3 : 3600); } });
  const told = events(a, "state", "error");
  await a.ready;
  await until("renewed", () => asked.length === 2);
  await a.presence([alice]);
  assert.deepEqual(asked, ["connect", "renew"]);
  assert.equal((await a.http("GET", "/conversations")).conversations.length, 0);
  assert.deepEqual(told.map(([n, e]) => [n, e.state]), [["state", "connecting"], ["state", "online"]]);
});

test("tokens: a bad one stops it, after a second was tried", { skip: skip.jwt }, async t => {
  const asked = [];
  const a = client(t, { ...jwt, token: ({ reason }) => { asked.push(reason); return token("alice", -3600); } });
  assert.equal((await rejected(a.ready)).reason, "stopped");
  assert.deepEqual(asked, ["connect", "refused"]);
  assert.equal(a.state.reason, "unauthorized");
  const fixed = client(t, { ...jwt, token: "nonsense" });
  await rejected(fixed.ready);
  assert.equal(fixed.state.code, 4001);
});

test("tokens: one that runs out closes the connection, and a fresh one opens the next", { skip: skip.jwt }, async t => {
  const [alice, bob] = [name("alice"), name("bob")];
  let calls = 0;
  const a = client(t, { ...jwt, token: ({ reason }) => {
    calls++;
    if (reason === "renew") throw new Error("not now");
    return token(alice, calls === 1 ? 2 - clockSkew : 3600);
  } });
  const told = events(a, "state", "error");
  await a.ready;
  await until("back", () => told.filter(([, e]) => e.state === "online").length === 2);
  assert.ok(told.some(([n, e]) => n === "error" && e.message === "not now"));
  assert.equal((await a.send({ to: bob }, "hi").done).seq, 1);
});

test("a newer connection of the device takes its place", { skip: skip.dev }, async t => {
  const alice = name("alice");
  const a = client(t, { ...dev, user: alice, device: "phone" });
  await a.ready;
  const b = client(t, { ...dev, user: alice, device: "phone" });
  await b.ready;
  await until("stopped", () => a.state.state === "stopped");
  assert.deepEqual(a.state, { state: "stopped", reason: "replaced", code: 4002 });
});
