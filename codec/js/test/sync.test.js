// Syncs: where conversations begin, what was missed, and what is gone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chat, events } from "./support/fake.js";
import { conv, online } from "./support/online.js";
import { turns, until } from "./support/wait.js";

test("in a conversation that it doesn't know, a sync tells what comes before an own message", async t => {
  const { fake, client, got } = await online(t, {}, { answerSync: false });
  fake.last.send({ type: "synced", cid: (await fake.last.one("sync")).cid, convs: {} });
  await client.ready;
  const { cid } = client.send({ group: "g" }, "mine");
  await fake.last.one("send");
  fake.last.send({ type: "sent", cid, id: "90", conv_id: "group_g", seq: 8, time: 5000 });
  const repair = await fake.last.one("sync", 2);
  assert.deepEqual(repair.cursors, {});
  fake.last.send(chat(7, { conv_id: "group_g", group_id: "g" }));
  fake.last.send(chat(8, { conv_id: "group_g", group_id: "g", id: "90", from: "alice" }));
  fake.last.send({ type: "synced", cid: repair.cid, convs: { group_g: { seq: 8, has_more: false } } });
  await until("both", () => got.group_g?.length === 2);
  const other = client.send({ to: "carol" }, "mine"); // and where all before it is acknowledged
  await fake.last.one("send", 2);
  fake.last.send({ type: "sent", cid: other.cid, id: "91", conv_id: "single_alice:carol", seq: 4, time: 5000 });
  fake.last.send({ type: "synced", cid: (await fake.last.one("sync", 3)).cid, convs: {} });
  await until("mine", () => got["single_alice:carol"]);
  assert.deepEqual(got, { group_g: [7, 8], "single_alice:carol": [4] });
});

test("who comes into a session of the desk is given it from its start", async t => {
  const { fake, got } = await online(t, {}, { answerSync: false });
  fake.last.send({ type: "synced", cid: (await fake.last.one("sync")).cid, convs: {} });
  await turns();
  const session = { conv_id: "service_s", session_id: "s" };
  const assigned = { type: "session", event: "assigned", agent_id: "alice", id: "3", seq: 3, from: "system", time: 1, ...session };
  fake.last.send(assigned);
  const repair = await fake.last.one("sync", 2);
  assert.deepEqual(repair.cursors, { service_s: 0 });
  for (const seq of [1, 2]) fake.last.send(chat(seq, session));
  fake.last.send(assigned);
  fake.last.send({ type: "synced", cid: repair.cid, convs: { service_s: { seq: 3, has_more: false } } });
  await until("all", () => got.service_s?.length === 3);
  assert.deepEqual(got.service_s, [1, 2, 3]);
});

test("a reconnect asks for what was missed, in as many syncs as it takes", async t => {
  const { clock, fake, client, got, told } = await online(t);
  fake.last.send(chat(1));
  await until("one", () => got[conv]);
  fake.answerSync = false;
  fake.last.close(1006);
  await turns();
  await clock.advance(1000);
  const second = await fake.connection(2);
  let sync = await second.one("sync");
  assert.deepEqual(sync.cursors, { [conv]: 1 });
  second.send(chat(2));
  second.send({ type: "synced", cid: sync.cid, convs: { [conv]: { seq: 2, has_more: true } } });
  sync = await second.one("sync", 2);
  assert.deepEqual(sync.cursors, { [conv]: 2 });
  second.send(chat(3));
  second.send({ type: "synced", cid: sync.cid, convs: { [conv]: { seq: 3, has_more: false } } });
  await until("synced", () => told.filter(([name]) => name === "synced").length === 2);
  assert.deepEqual(told.at(-1)[1], { convs: { [conv]: { seq: 3 } } });
  assert.deepEqual(got[conv], [1, 2, 3]);
  assert.deepEqual(client.cursors(), { [conv]: 3 });
});

test("what is behind a gap when the connection breaks comes by the sync, once", async t => {
  const { clock, fake, got } = await online(t, {}, { answerSync: false });
  fake.last.send({ type: "synced", cid: (await fake.last.one("sync")).cid, convs: {} });
  for (const seq of [1, 3]) fake.last.send(chat(seq));
  await fake.last.one("sync", 2);
  fake.last.close(1006);
  await turns();
  await clock.advance(1000);
  const second = await fake.connection(2);
  const { cid } = await second.one("sync");
  for (const seq of [2, 3]) second.send(chat(seq));
  second.send({ type: "synced", cid, convs: { [conv]: { seq: 3, has_more: false } } });
  await until("three", () => got[conv]?.length === 3);
  assert.deepEqual(got[conv], [1, 2, 3]);
});

test("an own message in a conversation of which another device has acknowledged more", async t => {
  const { fake, client, got } = await online(t, {}, { answerSync: false });
  fake.last.send({ type: "synced", cid: (await fake.last.one("sync")).cid, convs: {} });
  await client.ready;
  const { cid } = client.send(conv, "mine");
  await fake.last.one("send");
  fake.last.send({ type: "sent", cid, id: "90", conv_id: conv, seq: 5, time: 5000 });
  const sync = await fake.last.one("sync", 2);
  fake.last.send(chat(7));
  fake.last.send({ type: "synced", cid: sync.cid, convs: { [conv]: { seq: 7, has_more: false } } });
  await until("both", () => got[conv]?.length === 2);
  assert.deepEqual(got[conv], [5, 7]);
});

test("what is behind a gap when the connection breaks is forgotten: the server may be another one", async t => {
  const { clock, fake, client, got, told } = await online(t, {}, { answerSync: false });
  fake.last.send({ type: "synced", cid: (await fake.last.one("sync")).cid, convs: {} });
  for (const seq of [5, 9]) fake.last.send(chat(seq));
  await fake.last.one("sync", 2);
  fake.last.close(1006);
  await turns();
  await clock.advance(1000);
  const second = await fake.connection(2);
  second.send({ type: "synced", cid: (await second.one("sync")).cid, convs: { [conv]: { seq: 3, has_more: false } } });
  await until("reset", () => told.some(([name]) => name === "reset"));
  assert.deepEqual(client.cursors(), { [conv]: 3 });
  assert.deepEqual(got[conv], [5]);
});

test("more cursors than one request holds go into several", async t => {
  const from = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`group_${"g".repeat(40)}${i}`, i + 1]));
  const { fake, client } = await online(t, { from });
  const syncs = fake.last.all("sync");
  assert.ok(syncs.length > 1);
  for (const sync of syncs) assert.ok(JSON.stringify(sync).length < 65_536);
  assert.deepEqual(Object.assign({}, ...syncs.map(s => s.cursors)), from);
  assert.deepEqual(client.cursors(), from);
});

test("what the server sends of a conversation that waits for the next sync doesn't move its cursor", async t => {
  const from = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`group_${"g".repeat(40)}${i}`, 5]));
  const { fake, got } = await online(t, { from }, { answerSync: false });
  const first = await fake.last.one("sync");
  const [left, quiet] = Object.keys(from).filter(id => !(id in first.cursors));
  for (const seq of [9, 10]) fake.last.send(chat(seq, { conv_id: left })); // another device has come as far as 8
  const ends = Object.fromEntries(Object.entries(first.cursors).map(([id, seq]) => [id, { seq, has_more: false }]));
  for (const id of [left, quiet]) ends[id] = { seq: 10, has_more: false };
  fake.last.send({ type: "synced", cid: first.cid, convs: ends });
  const second = await fake.last.one("sync", 2);
  assert.deepEqual([second.cursors[left], second.cursors[quiet]], [5, 5]);
  for (const seq of [6, 7, 8, 9, 10]) fake.last.send(chat(seq, { conv_id: left }));
  fake.last.send({ type: "synced", cid: second.cid, convs: { [left]: { seq: 10, has_more: false } } });
  await until("ten", () => got[left]?.length === 5);
  assert.deepEqual(got[left], [6, 7, 8, 9, 10]);
});

for (const when of ["before", "after"]) test(`a server with an older log: an own message that it took ${when} the sync follows the reset`, async t => {
  const { clock, fake, client, got, told } = await online(t, { from: { [conv]: 10 } });
  fake.answerSync = false;
  fake.last.close(1006);
  await turns();
  const { cid } = client.send(conv, "mine");
  await clock.advance(1000);
  const second = await fake.connection(2);
  const sync = await second.one("sync");
  await second.one("send");
  second.send({ type: "sent", cid, id: "90", conv_id: conv, seq: 6, time: 5 });
  second.send({ type: "synced", cid: sync.cid, convs: { [conv]: { seq: when === "before" ? 6 : 5, has_more: false } } });
  await until("mine", () => got[conv]);
  assert.deepEqual(got[conv], [6]);
  assert.deepEqual(told.slice(1).map(([name, e]) => [name, e.seq]), [["sent", 6], ["reset", 5], ["synced", undefined]]);
  assert.deepEqual(client.cursors(), { [conv]: 6 });
});

test("synced isn't told of a connection that is lost", async t => {
  const { clock, fake, client, told } = await online(t, {}, { answerSync: false });
  let release;
  client.on("entry", () => new Promise(resolve => { release = resolve; }));
  fake.last.send(chat(1));
  fake.last.send({ type: "synced", cid: (await fake.last.one("sync")).cid, convs: { [conv]: { seq: 1, has_more: false } } });
  await until("a handler", () => release);
  fake.last.close(1006);
  await turns();
  release();
  await turns();
  assert.deepEqual(told, []);
  await clock.advance(1000);
  const second = await fake.connection(2);
  second.send({ type: "synced", cid: (await second.one("sync")).cid, convs: {} });
  await client.ready;
  assert.equal(told.filter(([name]) => name === "synced").length, 1);
});

test("a conversation that is gone, and one that the server has less of than before", async t => {
  const { fake, client, told, got } = await online(t, { from: { group_a: 9, group_b: 9 } }, { answerSync: false });
  const { cid } = await fake.last.one("sync");
  fake.last.send({ type: "synced", cid, convs: { group_a: { seq: 0, has_more: false, gone: true }, group_b: { seq: 4, has_more: false } } });
  await client.ready;
  assert.deepEqual(told, [
    ["gone", { conv_id: "group_a" }], ["reset", { conv_id: "group_b", seq: 4 }],
    ["synced", { convs: { group_a: { seq: 0, gone: true }, group_b: { seq: 4 } } }],
  ]);
  assert.deepEqual(client.cursors(), { group_b: 4 });
  fake.last.send(chat(5, { conv_id: "group_b" }));
  await until("five", () => got.group_b);
});

test("a sync that is refused for now is asked again; for good, it goes on without", async t => {
  const { clock, fake, client, told } = await online(t, { from: { [conv]: 3 } }, { answerSync: false });
  const first = await fake.last.one("sync");
  fake.last.send({ type: "error", cid: first.cid, code: 503, reason: "busy", msg: "busy", retry_after_ms: 300 });
  await turns();
  await clock.advance(299);
  assert.equal(fake.last.all("sync").length, 1, "too early");
  await clock.advance(1);
  const second = await fake.last.one("sync", 2);
  assert.deepEqual(second.cursors, { [conv]: 3 });
  assert.equal(fake.connections.length, 1);
  fake.last.send({ type: "error", cid: second.cid, code: 400, reason: "bad_request", msg: "no" });
  await client.ready;
  assert.equal(told.find(([name]) => name === "error")[1].reason, "bad_request");
});

test("a gap of which the server says nothing more is passed over, and isn't asked for for ever", async t => {
  const { fake, got, told } = await online(t, {}, { answerSync: false });
  fake.last.send({ type: "synced", cid: (await fake.last.one("sync")).cid, convs: {} });
  for (const seq of [1, 3]) fake.last.send(chat(seq));
  fake.last.send({ type: "synced", cid: (await fake.last.one("sync", 2)).cid, convs: {} });
  await until("three", () => got[conv]?.length === 2);
  fake.last.send(chat(5));
  fake.last.send({ type: "error", cid: (await fake.last.one("sync", 3)).cid, code: 403, reason: "forbidden", msg: "no" });
  await until("five", () => got[conv]?.length === 3);
  await turns();
  assert.equal(fake.last.all("sync").length, 3);
  assert.equal(told.at(-1)[1].reason, "forbidden");
});

test("a sync names what isn't acknowledged yet, and synced waits for the handlers", async t => {
  const { clock, fake, client, told } = await online(t);
  const running = [];
  const off = client.on("entry", () => new Promise(resolve => running.push(resolve)));
  fake.last.send(chat(1, { conv_id: "group_g" }));
  await until("a handler", () => running.length === 1);
  off();
  for (const seq of [1, 3]) fake.last.send(chat(seq));
  assert.deepEqual((await fake.last.one("sync", 2)).cursors, { [conv]: 1, group_g: 1 });
  fake.last.close(1006);
  await turns();
  await clock.advance(1000);
  await (await fake.connection(2)).one("sync");
  await turns();
  assert.equal(told.filter(([name]) => name === "synced").length, 1);
  running[0]();
  await until("synced", () => told.filter(([name]) => name === "synced").length === 2);
});

test("from ends: an own message that was sent before the list came is handed on", async t => {
  const { fake, client, got } = await online(t, { from: "ends" }, { answerSync: false });
  const { cid, done } = client.send(conv, "mine");
  await fake.last.one("send");
  fake.last.send({ type: "sent", cid, id: "90", conv_id: conv, seq: 4, time: 5000 });
  await done;
  const asked = await fake.last.one("conversations");
  fake.last.send({ type: "conversations", cid: asked.cid, conversations: [{ conv_id: conv, last_seq: 5, ack_seq: 5 }] });
  const sync = await fake.last.one("sync");
  assert.deepEqual(sync.cursors, { [conv]: 3 });
  fake.last.send(chat(4, { id: "90", from: "alice" }));
  fake.last.send(chat(5));
  fake.last.send({ type: "synced", cid: sync.cid, convs: { [conv]: { seq: 5, has_more: false } } });
  await client.ready;
  assert.deepEqual(got, { [conv]: [4, 5] });
});

test("from ends: the list is told, and what was before isn't asked for", async t => {
  const { fake, client, got } = await online(t, { from: "ends" }, { answerSync: false });
  const told = events(client, "conversations", "synced");
  const line = (conv_id, last_seq, ack_seq) => ({ conv_id, kind: "group", last_seq, ack_seq, read_seq: 0 });
  const first = await fake.last.one("conversations");
  assert.equal(first.limit, 200);
  fake.last.send({ type: "conversations", cid: first.cid, conversations: [line("group_a", 7, 7)], next: "n" });
  const second = await fake.last.one("conversations", 2);
  assert.equal(second.cursor, "n");
  fake.last.send({ type: "conversations", cid: second.cid, conversations: [line("group_b", 9, 2)] });
  const sync = await fake.last.one("sync");
  assert.deepEqual(sync.cursors, { group_a: 7, group_b: 9 });
  assert.deepEqual(fake.last.all("ack").map(a => [a.conv_id, a.seq]), [["group_b", 9]], "who has the list has its messages");
  fake.last.send(chat(10, { conv_id: "group_b" }));
  fake.last.send({ type: "synced", cid: sync.cid, convs: { group_b: { seq: 10, has_more: false } } });
  await client.ready;
  assert.deepEqual(got, { group_b: [10] });
  assert.deepEqual(told.map(([name]) => name), ["conversations", "synced"]);
  assert.deepEqual(told[0][1].conversations.map(c => c.conv_id), ["group_a", "group_b"]);
});

test("from ends: a part of the list isn't told as all of it", async t => {
  const { clock, fake, client } = await online(t, { from: "ends" }, { answerSync: false });
  const told = events(client, "conversations", "error");
  const page = (m, fields) => fake.last.send({ type: "conversations", cid: m.cid, conversations: [{ conv_id: conv, last_seq: 1, ack_seq: 1 }], ...fields });
  page(await fake.last.one("conversations"), { next: "n" });
  const second = await fake.last.one("conversations", 2);
  fake.last.send({ type: "error", cid: second.cid, code: 500, reason: "internal", msg: "oh" });
  await until("an error", () => told.length === 1);
  await clock.advance(4999);
  assert.equal(fake.last.all("conversations").length, 2);
  await clock.advance(1);
  page(await fake.last.one("conversations", 3));
  assert.deepEqual((await fake.last.one("sync")).cursors, { [conv]: 1 });
  assert.deepEqual(told.map(([name]) => name), ["error", "conversations"]);
  assert.equal(fake.last.all("sync").length, 1, "synced before the list was there");
});

test("from ends: the list of a connection that is lost is forgotten", async t => {
  const { clock, fake, client } = await online(t, { from: "ends" }, { answerSync: false });
  const told = events(client, "error");
  const page = m => fake.last.send({ type: "conversations", cid: m.cid, conversations: [{ conv_id: conv, last_seq: 1, ack_seq: 1 }] });
  const again = async n => {
    fake.last.close(1006);
    await turns();
    await clock.advance(2000);
    return fake.connection(n);
  };
  await fake.last.one("conversations");
  await again(2); // while it is asked for
  assert.deepEqual(told, []);
  let release;
  const off = client.on("conversations", () => new Promise(resolve => { release = resolve; }));
  page(await fake.last.one("conversations"));
  await until("a handler", () => release);
  off();
  const third = await again(3); // while it is handled
  await third.one("conversations");
  release();
  await turns();
  assert.equal(third.all("sync").length, 0, "synced before the list was there");
  page(third.all("conversations")[0]);
  await third.one("sync");
});

test("what is behind a gap is bounded, and asked for again", async t => {
  const { fake, got } = await online(t, {}, { answerSync: false });
  fake.last.send({ type: "synced", cid: (await fake.last.one("sync")).cid, convs: {} });
  fake.last.send(chat(1));
  for (let seq = 3; seq < 1100; seq++) fake.last.send(chat(seq));
  let sync = await fake.last.one("sync", 2);
  await turns();
  fake.last.send(chat(2));
  fake.last.send({ type: "synced", cid: sync.cid, convs: { [conv]: { seq: 2, has_more: false } } });
  sync = await fake.last.one("sync", 3);
  const { [conv]: from } = sync.cursors;
  assert.equal(from, 1001);
  for (let seq = from + 1; seq < 1100; seq++) fake.last.send(chat(seq));
  fake.last.send({ type: "synced", cid: sync.cid, convs: { [conv]: { seq: 1099, has_more: false } } });
  await until("all", () => got[conv].length === 1099);
  assert.deepEqual(got[conv], Array.from({ length: 1099 }, (_, i) => i + 1));
});
