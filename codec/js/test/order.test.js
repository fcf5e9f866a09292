// Entries: in order, each place once, gaps repaired first, acknowledged when they were handled.
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore } from "../gannet.js";
import { chat, events } from "./support/fake.js";
import { conv, online } from "./support/online.js";
import { turns, until } from "./support/wait.js";

test("a gap is repaired before what is behind it is handed on", async t => {
  const { fake, got, client } = await online(t, {}, { answerSync: false });
  const first = await fake.last.one("sync");
  fake.last.send({ type: "synced", cid: first.cid, convs: {} });
  fake.last.send(chat(5));
  fake.last.send(chat(7));
  fake.last.send(chat(8));
  const repair = await fake.last.one("sync", 2);
  assert.deepEqual(repair.cursors, { [conv]: 5 });
  assert.deepEqual(got, { [conv]: [5] }, "handed on over a gap");
  fake.last.send(chat(9));
  fake.last.send(chat(6));
  fake.last.send(chat(7));
  fake.last.send(chat(8));
  fake.last.send({ type: "synced", cid: repair.cid, convs: { [conv]: { seq: 8, has_more: false } } });
  await until("all", () => got[conv].length === 5);
  assert.deepEqual(got[conv], [5, 6, 7, 8, 9]);
  assert.deepEqual(client.cursors(), { [conv]: 9 });
});

test("what the server hasn't, or doesn't show, is no gap after a sync", async t => {
  const { fake, got } = await online(t, {}, { answerSync: false });
  const first = await fake.last.one("sync");
  fake.last.send(chat(3));
  fake.last.send(chat(6));
  fake.last.send({ type: "synced", cid: first.cid, convs: { [conv]: { seq: 8, has_more: false } } });
  fake.last.send(chat(9));
  await until("nine", () => got[conv]?.includes(9));
  assert.deepEqual(got[conv], [3, 6, 9]);
  fake.last.send(chat(12)); // and where a sync names nothing before what is held
  const repair = await fake.last.one("sync", 2);
  fake.last.send({ type: "synced", cid: repair.cid, convs: { [conv]: { seq: 9, has_more: false } } });
  await until("twelve", () => got[conv].includes(12));
});

test("nothing is handed on twice; what is pushed again is acknowledged again", async t => {
  const { clock, fake, got } = await online(t);
  fake.last.send(chat(1));
  fake.last.send({ ...chat(1), event_seq: 2, type: "recall" });
  await until("two", () => got[conv]?.length === 2);
  await clock.advance(100);
  assert.deepEqual((await fake.last.one("ack")).seq, 2);
  fake.last.send(chat(1));
  await turns();
  await clock.advance(100);
  assert.equal((await fake.last.one("ack", 2)).seq, 2);
  assert.deepEqual(got[conv], [1, 2]);
});

test("kinds that are not known are handed on, and their places count", async t => {
  const { fake, client, got } = await online(t);
  const told = events(client, "entry", "notice");
  fake.last.send(chat(1));
  fake.last.send({ type: "poll", id: "5", conv_id: conv, seq: 2, question: "why?", time: 1 });
  fake.last.send(chat(3));
  fake.last.send({ type: "group", event: "requested", group_id: "g", user_id: "bob", by: "bob", time: 1 });
  fake.last.send({ type: "weather", sun: true });
  await until("all", () => told.length === 5);
  assert.deepEqual(got[conv], [1, 2, 3]);
  assert.deepEqual(told.map(([name, e]) => [name, e.type]), [["entry", "chat"], ["entry", "poll"], ["entry", "chat"], ["notice", "group"], ["notice", "weather"]]);
});

test("handlers that take their time hold the next entry of their conversation, and the acknowledgement", async t => {
  const { clock, fake, client } = await online(t);
  const running = [];
  client.on("entry", e => new Promise(resolve => running.push({ e, resolve })));
  for (const seq of [1, 2]) fake.last.send(chat(seq));
  fake.last.send(chat(1, { conv_id: "group_g", group_id: "g" }));
  await until("two handlers", () => running.length === 2);
  assert.deepEqual(running.map(r => r.e.conv_id), [conv, "group_g"]);
  await clock.advance(1000);
  assert.equal(fake.last.all("ack").length, 0, "acknowledged too early");
  running[0].resolve();
  await until("three handlers", () => running.length === 3);
  await clock.advance(100);
  assert.deepEqual(fake.last.all("ack").map(a => [a.conv_id, a.seq]), [[conv, 1]]);
  running[2].resolve();
  running[1].resolve();
  await turns();
  await clock.advance(100);
  assert.deepEqual(fake.last.all("ack").map(a => [a.conv_id, a.seq]), [[conv, 1], [conv, 2], ["group_g", 1]]);
});

test("own messages come as complete entries, in their places", async t => {
  const { clock, fake, client, told, got } = await online(t);
  const entries = events(client, "entry");
  fake.last.send(chat(1));
  await until("one", () => got[conv]);
  const { cid, done } = client.send({ to: "bob" }, { n: 1 }, { contentType: "rich", replyTo: { id: "77", seq: 1 }, mentions: ["bob"], ttl: 60 });
  const request = await fake.last.one("send");
  assert.deepEqual(request, { type: "send", cid, to: "bob", content: { n: 1 }, content_type: "rich", mentions: ["bob"], reply_to: "77", ttl_s: 60 });
  fake.last.send(chat(3)); // while the answer is under way
  await turns();
  assert.deepEqual(got[conv], [1], "the place of what is under way was passed over");
  assert.equal(fake.last.all("sync").length, 1, "asked for what is under way");
  fake.last.send({ type: "sent", cid, id: "90", conv_id: conv, seq: 2, time: 5000 });
  assert.deepEqual(await done, { cid, id: "90", conv_id: conv, seq: 2, time: 5000 });
  await until("three", () => got[conv].length === 3);
  assert.deepEqual(got[conv], [1, 2, 3]);
  assert.deepEqual(entries[1][1], {
    type: "chat", id: "90", conv_id: conv, seq: 2, from: "alice", to: "bob", content: { n: 1 }, content_type: "rich",
    time: 5000, expires_at: 65_000, mentions: ["bob"], reply_to: "77", reply_seq: 1, cid,
  });
  assert.equal(told.filter(([name]) => name === "sent").length, 1);
  await clock.advance(2000);
  assert.equal(fake.last.all("sync").length, 1, "the gap was filled, and asked for all the same");
});

test("a message of others that comes after the answer to a later own one isn't passed over", async t => {
  const { clock, fake, client, got } = await online(t);
  fake.last.send(chat(1));
  await until("one", () => got[conv]);
  const { cid, done } = client.send(conv, "mine");
  await fake.last.one("send");
  fake.last.send({ type: "sent", cid, id: "90", conv_id: conv, seq: 3, time: 5000 });
  await done;
  await turns();
  assert.deepEqual(got[conv], [1]);
  fake.last.send(chat(2));
  await until("three", () => got[conv].length === 3);
  assert.deepEqual(got[conv], [1, 2, 3]);
  const next = client.send(conv, "mine again");
  await fake.last.one("send", 2);
  fake.last.send({ type: "sent", cid: next.cid, id: "92", conv_id: conv, seq: 5, time: 5000 });
  await next.done;
  await clock.advance(199);
  assert.equal(fake.last.all("sync").length, 1);
  await clock.advance(1);
  assert.deepEqual((await fake.last.one("sync", 2)).cursors, { [conv]: 3 });
});

test("ack tells of what came by history", async t => {
  const { clock, fake, client, got } = await online(t);
  client.ack("group_g", 12);
  assert.deepEqual((await fake.last.one("ack")).seq, 12);
  fake.last.send(chat(1));
  await until("one", () => got[conv]);
  await clock.advance(100);
  client.ack(conv, 1);
  await clock.advance(100);
  assert.deepEqual(fake.last.all("ack").map(a => a.seq), [12, 1, 1]);
});

const mine = (seq, fields) => chat(seq, { from: "alice", to: "bob", ...fields });
const sent = ({ cid }, seq, id = "90") => ({ type: "sent", cid, id, conv_id: conv, seq, time: 5000 });

test("the server's entry goes before the one that was built from the answer, and has its cid", async t => {
  const { fake, client } = await online(t, { from: { [conv]: 1 } }, { answerSync: false });
  const entries = events(client, "entry");
  fake.last.send({ type: "synced", cid: (await fake.last.one("sync")).cid, convs: {} });
  await client.ready;
  const send = client.send(conv, "before the hook");
  await fake.last.one("send");
  fake.last.send(sent(send, 3)); // two is missing
  await send.done;
  fake.last.send(mine(3, { id: "90", content: "after the hook" }));
  await turns();
  assert.deepEqual(entries, []);
  fake.last.send(chat(2));
  await until("three", () => entries.length === 2);
  assert.deepEqual([entries[1][1].content, entries[1][1].cid], ["after the hook", send.cid]);
});

// Messages that are stored, whose answers were lost with the connection.
async function unanswered(t, texts) {
  const all = await online(t, { from: { [conv]: 1 } });
  const entries = events(all.client, "entry");
  const sends = texts.map(text => all.client.send(conv, text));
  await all.fake.last.one("send", texts.length);
  all.fake.answerSync = false;
  all.fake.last.close(1006);
  await turns();
  await all.clock.advance(1000);
  const second = await all.fake.connection(2);
  return { ...all, entries, sends, second, sync: await second.one("sync") };
}

for (const first of ["answers", "sync"]) test(`own entries that a sync brings have their cids: ${first} first`, async t => {
  const { second, sync, sends, entries, told } = await unanswered(t, ["a", "b"]);
  const answers = () => sends.forEach((send, i) => second.send(sent(send, 3 + i, `9${i}`)));
  if (first === "answers") answers();
  second.send(chat(2));
  for (const i of [0, 1]) second.send(mine(3 + i, { id: `9${i}` }));
  second.send(chat(5));
  second.send({ type: "recall", id: "90", conv_id: conv, seq: 3, event_seq: 6, from: "alice", time: 1 });
  second.send({ type: "synced", cid: sync.cid, convs: { [conv]: { seq: 6, has_more: false } } });
  if (first === "sync") {
    await turns();
    assert.deepEqual(entries.map(([, e]) => e.seq), [2], "handed on before it was known whose it is");
    assert.equal(told.filter(([name]) => name === "synced").length, 1, "told before all was handed on");
    second.send(sent(sends[0], 3, "90"));
    await until("the first", () => entries.length === 2);
    answers();
  }
  await until("synced", () => told.filter(([name]) => name === "synced").length === 2);
  assert.deepEqual(entries.map(([, e]) => [e.event_seq ?? e.seq, e.cid]), [[2, undefined], [3, sends[0].cid], [4, sends[1].cid], [5, undefined], [6, undefined]]);
});

for (const how of ["connection", "page"]) test(`an own entry waits for one that goes out again later: of an earlier ${how}`, async t => {
  const store = memoryStore();
  let { fake, client, clock } = await online(t, { store, from: { [conv]: 1 } });
  const { cid } = client.send(conv, "a");
  await fake.last.one("send");
  fake.answerSync = false;
  if (how === "page") {
    await client.close();
    client = fake.client({ store, from: { [conv]: 1 } });
  } else {
    fake.last.close(1006);
    await turns();
    await clock.advance(1000);
  }
  const entries = events(client, "entry");
  const second = await fake.connection(2);
  await second.one("send");
  second.send({ type: "error", cid, code: 429, reason: "rate_limited", msg: "slow", retry_after_ms: 500 });
  second.send(mine(2, { id: "90" }));
  second.send({ type: "synced", cid: (await second.one("sync")).cid, convs: { [conv]: { seq: 2, has_more: false } } });
  await turns();
  assert.deepEqual(entries, []);
  await clock.advance(500);
  await second.one("send", 2);
  second.send(sent({ cid }, 2));
  await until("two", () => entries.length === 1);
  assert.equal(entries[0][1].cid, cid);
});

for (const [how, refused, code] of [["refused for good", "blocked", 403], ["refused for now", "storage_full", 507]]) test(`an own entry of another device doesn't wait for one that is ${how}`, async t => {
  const { second, sync, sends, entries } = await unanswered(t, ["a"]);
  second.send(mine(2));
  second.send({ type: "synced", cid: sync.cid, convs: { [conv]: { seq: 2, has_more: false } } });
  await turns();
  assert.deepEqual(entries, []);
  second.send({ type: "error", cid: sends[0].cid, code, reason: refused, msg: "no" });
  await until("two", () => entries.length === 1);
  assert.equal(entries[0][1].cid, undefined);
});

test("an own entry of another device comes at once where nothing is under way there", async t => {
  const { fake, client, got } = await online(t, { from: { [conv]: 1 } });
  client.send({ to: "carol" }, "elsewhere");
  await fake.last.one("send");
  fake.last.send(mine(2));
  await until("two", () => got[conv]);
});

test("while what a sync brought is being handled, more isn't asked for", async t => {
  const { fake, client, told } = await online(t, { from: { [conv]: 1 } }, { answerSync: false });
  const running = [];
  client.on("entry", () => new Promise(resolve => running.push(resolve)));
  for (const seq of [2, 3]) fake.last.send(chat(seq));
  fake.last.send({ type: "synced", cid: (await fake.last.one("sync")).cid, convs: { [conv]: { seq: 3, has_more: true } } });
  await until("a handler", () => running.length === 1);
  await turns();
  assert.equal(fake.last.all("sync").length, 1);
  running[0]();
  await until("the next", () => running.length === 2);
  running[1]();
  const sync = await fake.last.one("sync", 2);
  assert.deepEqual(sync.cursors, { [conv]: 3 });
  assert.equal(told.length, 0, "told before the end");
  fake.last.send({ type: "synced", cid: sync.cid, convs: { [conv]: { seq: 3, has_more: false } } });
  await client.ready;
});
