// Logins by token: asked anew for each connection, renewed in time, and what a refusal means.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "./support/clock.js";
import { FakeServer, events } from "./support/fake.js";
import { turns, until } from "./support/wait.js";

function jwt(claims) {
  const part = value => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "HS256" })}.${part(claims)}.c2ln`;
}

function source(clock, life, user = "alice") {
  const asked = [];
  const token = ({ reason }) => {
    asked.push(reason);
    const now = Math.floor(clock.now() / 1000);
    return jwt({ sub: user, iat: now, exp: now + life, n: asked.length });
  };
  return { asked, token };
}

test("the token goes as the first message, in the address only where it is asked for", async t => {
  const clock = new ManualClock();
  for (const tokenIn of ["message", "query"]) {
    const server = new FakeServer(t, { clock });
    const token = jwt({ sub: "alice" });
    const client = server.client({ token, tokenIn });
    await client.ready;
    const { searchParams } = server.last.url;
    assert.equal(searchParams.get("uid"), null);
    assert.equal(searchParams.get("token"), tokenIn === "query" ? token : null);
    assert.deepEqual(server.last.all("auth"), tokenIn === "query" ? [] : [{ type: "auth", token }]);
    assert.equal(client.user, "alice");
  }
});

for (const [life, most] of [[3600, 300], [100, 20], [7 * 24 * 3600, 300]]) {
  test(`a token of ${life} s is renewed at most ${most} s before its end`, async t => {
    const clock = new ManualClock();
    const server = new FakeServer(t, { clock });
    const { asked, token } = source(clock, life);
    await server.client({ token }).ready;
    for (let round = 1; round <= 3; round++) {
      server.last.send = () => {}; // nothing to hear but what is said here
      server.last.hear = m => { const r = JSON.parse(m); server.last.got.push(r); if (r.type === "ping") server.last.socket.receive(`{"type":"pong"}`); };
      await clock.advance((life - most) * 1000 - 3000);
      assert.equal(asked.length, round, "too early");
      await clock.advance(4000);
      assert.equal(asked.at(-1), "renew");
      const auth = await until("auth", () => server.last.all("auth")[round]);
      server.last.socket.receive(JSON.stringify({ type: "ok", cid: auth.cid }));
      await turns();
    }
    assert.equal(server.connections.length, 1);
  });
}

test("a clock that is wrong doesn't make the token late: the server's counts", async t => {
  const clock = new ManualClock();
  const server = new FakeServer(t, { clock: { now: () => clock.now() + 3_000_000 } });
  const exp = Math.floor(clock.now() / 1000) + 3000 + 3600; // an hour from now, by the server's clock
  const asked = [];
  const client = server.client({ clock, token: ({ reason }) => { asked.push(reason); return jwt({ sub: "alice", iat: exp - 3600, exp }); } });
  await until("online", () => client.state.state === "online");
  await clock.advance(3_290_000);
  assert.deepEqual(asked, ["connect"]);
  await clock.advance(20_000);
  assert.deepEqual(asked, ["connect", "renew"]);
});

test("a renewal that fails is tried again, and told", async t => {
  const clock = new ManualClock();
  const server = new FakeServer(t, { clock });
  const good = source(clock, 3600);
  let broken = false;
  const client = server.client({ token: why => { if (broken) throw new Error("no network"); return good.token(why); } });
  const told = events(client, "error");
  await client.ready;
  broken = true;
  await clock.advance(3300_000);
  assert.equal(told[0][1].message, "no network");
  broken = false;
  await clock.advance(30_000);
  await server.last.one("auth", 2);
  assert.equal(client.state.state, "online");
});

test("after 4001 one fresh token is tried, then it stops", async t => {
  const clock = new ManualClock();
  const server = new FakeServer(t, { clock });
  const { asked, token } = source(clock, 3600);
  const client = server.client({ token });
  await client.ready;
  server.last.close(4001);
  await server.connection(2);
  await until("online", () => client.state.state === "online");
  assert.deepEqual(asked, ["connect", "refused"]);
  server.last.close(4001);
  await until("stopped", () => client.state.state === "stopped");
  assert.deepEqual(client.state, { state: "stopped", reason: "unauthorized", code: 4001 });
  client.connect();
  await until("online", () => client.state.state === "online");
  for (const n of [4, 5]) {
    await clock.advance(31_000);
    server.last.close(4001); // that one was good for a while
    await server.connection(n);
    await until("online", () => client.state.state === "online");
  }
});

test("a fixed token that is refused stops it at once; so does none", async t => {
  const clock = new ManualClock();
  const server = new FakeServer(t, { clock });
  const client = server.client({ token: jwt({ sub: "alice" }) });
  await client.ready;
  server.last.close(4001);
  await until("stopped", () => client.state.state === "stopped");
  assert.equal(server.connections.length, 1);
  const loggedOut = server.client({ token: () => null });
  await until("stopped", () => loggedOut.state.state === "stopped");
  assert.equal(loggedOut.state.reason, "unauthorized");
  assert.equal(server.connections.length, 1);
});

test("a token that can't be had now is asked for again later", async t => {
  const clock = new ManualClock();
  const server = new FakeServer(t, { clock });
  let calls = 0;
  const client = server.client({ token: async () => { if (++calls < 3) throw new Error("offline"); return jwt({ sub: "alice" }); } });
  for (let i = 0; i < 2; i++) {
    await until("waiting", () => client.state.state === "waiting");
    await clock.advance(client.state.retryIn);
  }
  await client.ready;
  assert.equal(calls, 3);
});

for (const [how, claims] of [["by the token", user => ({ sub: user })], ["by the server", () => ({})]]) test(`another user, ${how}, stops it: the outbox is the first one's`, async t => {
  const clock = new ManualClock();
  const server = new FakeServer(t, { clock });
  let user = "alice";
  const client = server.client({ token: () => jwt(claims(user)) });
  await client.ready;
  client.send({ to: "bob" }, "from alice");
  await server.last.one("send");
  user = server.user = "mallory";
  server.last.close(1006);
  await turns();
  await clock.advance(1000);
  await until("stopped", () => client.state.state === "stopped");
  assert.equal(client.state.reason, "other_user");
  assert.equal(server.connections.length, how === "by the token" ? 1 : 2);
  assert.deepEqual(server.connections.slice(1).flatMap(c => c.all("send")), []);
});

test("a token function that never ends doesn't stop it", async t => {
  const clock = new ManualClock();
  const server = new FakeServer(t, { clock });
  const good = jwt({ sub: "alice" });
  const calls = [];
  const client = server.client({ requestTimeout: 20_000, token: () => new Promise(resolve => calls.push(resolve)) });
  const told = events(client, "error");
  await until("asked", () => calls.length === 1);
  await clock.advance(20_000);
  assert.equal(client.state.state, "waiting");
  assert.equal(told[0][1].reason, "timeout");
  await clock.advance(client.state.retryIn);
  await until("asked again", () => calls.length === 2);
  calls[0](jwt({ sub: "mallory" })); // too late
  calls[1](good);
  await client.ready;
  assert.equal(server.last.all("auth")[0].token, good);
});

test("users may be numbers", async t => {
  const clock = new ManualClock();
  const server = new FakeServer(t, { clock, user: "42" });
  for (const options of [{ token: jwt({ sub: 42 }) }, { token: jwt({ sub: 42 }), user: 42 }, { user: 42 }]) {
    const client = server.client(options);
    assert.equal((await client.ready).user, "42");
  }
});
