// Entries: in order, each place once, gaps repaired first, acknowledged when they were handled.
import assert from "node:assert/strict";
import { test } from "node:test";
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
