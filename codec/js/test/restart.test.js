// A server that is killed and comes back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore } from "../gannet.js";
import { events } from "./support/fake.js";
import { client, name, Program, skip } from "./support/server.js";
import { until } from "./support/wait.js";

const most = 200;

test(`${most} messages while the server is killed: none is lost, none comes twice, for sender and receiver`, { skip: skip.program }, async t => {
  const server = await Program.start(t);
  const [alice, bob] = [name("alice"), name("bob")];
  const store = memoryStore();
  let a = client(t, { ...server.options, user: alice, store });
  const b = client(t, { ...server.options, user: bob });
  const mine = events(a, "entry"), theirs = events(b, "entry"), states = events(b, "state");
  const failed = events(a, "failed");
  await Promise.all([a.ready, b.ready]);
  const sent = [];
  const later = a.on("sent", s => sent.push(s));
  const cids = new Set();
  for (let i = 0; i < most; i++) {
    cids.add(a.send({ to: bob }, i).cid);
    if (i === 60 || i === 130) {
      await until("some are answered", () => sent.length > i / 2);
      await server.kill(); // the rest is under way, or in the outbox
      if (i === 130) continue;
      const running = server.run();
      for (let j = 0; j < 10; j++) cids.add(a.send({ to: bob }, `while away ${j}`).cid);
      await running;
    }
  }
  const left = a.outbox().length;
  assert.ok(left > 0, "all was answered: the kill came too late");
  await a.close(); // and the page is reloaded
  later();
  await server.run();
  a = client(t, { ...server.options, user: alice, store });
  for (const name of ["entry", "sent", "failed"]) a.on(name, e => ({ entry: mine, sent, failed }[name]).push(name === "sent" ? e : [name, e]));
  await until("all are answered", () => sent.length === cids.size && a.outbox().length === 0);
  assert.deepEqual(failed, []);
  assert.deepEqual(new Set(sent.map(s => s.cid)), cids);
  assert.equal(new Set(sent.map(s => s.seq)).size, cids.size, "two messages at one place");
  const all = Array.from({ length: cids.size }, (_, i) => i + 1);
  for (const [who, log] of [["the receiver", theirs], ["the sender", mine]]) {
    await until(`${who} has all`, () => log.length >= cids.size);
    assert.deepEqual(log.map(([, e]) => e.seq), all, who);
    assert.equal(new Set(log.map(([, e]) => e.content)).size, cids.size, `${who}: something came twice`);
  }
  assert.deepEqual(mine.map(([, e]) => [e.id, e.content]), theirs.map(([, e]) => [e.id, e.content]));
  assert.deepEqual(theirs.map(([, e]) => e.content).filter(Number.isInteger), Array.from({ length: most }, (_, i) => i), "not in the order in which they were sent");
  assert.ok(states.some(([, s]) => s.state === "waiting"));
  await server.kill();
  await server.run();
  const kept = [];
  for (let page = { has_more: true }; page.has_more; kept.unshift(...page.messages)) {
    page = await b.history({ to: alice }, { limit: 100, before: kept[0]?.seq });
  }
  assert.deepEqual(kept.map(m => [m.id, m.content]), theirs.map(([, e]) => [e.id, e.content]));
});
