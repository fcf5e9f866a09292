// The HTTP API: logins, the envelope, retries.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "./support/clock.js";
import { FakeServer } from "./support/fake.js";
import { rejected, turns, until } from "./support/wait.js";

function jwt(claims) {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
}

function setUp(t, answers, options = {}) {
  const clock = new ManualClock();
  const fake = new FakeServer(t, { clock });
  const asked = [];
  const fetch = async (url, request) => {
    asked.push({ url, ...request, headers: { ...request.headers } });
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return { status: answer.code ?? 502, json: async () => { if (answer === "html") throw new SyntaxError("<"); return answer; } };
  };
  const client = fake.client({ api: "http://127.0.0.1:9501/", fetch, ...options });
  return { clock, fake, client, asked };
}

const ok = data => ({ code: 200, msg: "ok", data });

test("a path of the API, the login of dev mode, and the data of the answer", async t => {
  const { client, asked } = setUp(t, [ok({ groups: [] }), ok({}), ok(null)], { role: "agent" });
  assert.deepEqual(await client.http("GET", "/groups", undefined, { query: { limit: 2, after: undefined } }), { groups: [] });
  assert.equal(asked[0].url, "http://127.0.0.1:9501/api/v1/groups?uid=alice&role=agent&limit=2");
  assert.deepEqual([asked[0].method, asked[0].body, asked[0].headers], ["GET", undefined, {}]);
  await client.http("post", "/groups", { name: "Team" });
  assert.deepEqual([asked[1].method, asked[1].body, asked[1].headers["Content-Type"]], ["POST", `{"name":"Team"}`, "application/json"]);
  assert.match(asked[1].headers["Idempotency-Key"], /^[0-9a-f]{24}$/);
  await client.http("POST", "/messages/send", { to: "bob", content: "x", cid: "c-1" });
  assert.equal(asked[2].headers["Idempotency-Key"], "c-1");
});

test("what comes back later is asked again with the same key", async t => {
  const busy = { code: 503, msg: "busy", data: null, reason: "busy", retry_after_ms: 200 };
  const { clock, client, asked } = setUp(t, [busy, busy, ok(1)]);
  const answer = client.http("POST", "/groups", {}, { idempotencyKey: "k" });
  await turns();
  await clock.advance(199);
  assert.equal(asked.length, 1);
  await clock.advance(1);
  await clock.advance(200);
  assert.equal(await answer, 1);
  assert.deepEqual(asked.map(a => a.headers["Idempotency-Key"]), ["k", "k", "k"]);
});

test("it gives up in the end, or when it is told to", async t => {
  const busy = { code: 429, msg: "busy", data: null, reason: "rate_limited", retry_after_ms: 10 };
  const { clock, client, asked } = setUp(t, Array(20).fill(busy));
  const failed = rejected(client.http("GET", "/groups"));
  for (let i = 0; i < 10; i++) await clock.advance(10);
  const error = await failed;
  assert.deepEqual([error.code, error.reason, error.retryAfter, asked.length], [429, "rate_limited", 10, 6]);
  const stop = new AbortController();
  const stopped = rejected(client.http("GET", "/groups", undefined, { signal: stop.signal }));
  await turns();
  stop.abort(new Error("enough"));
  assert.equal((await stopped).message, "enough");
});

test("refusals, broken answers and a dead network are GannetErrors", async t => {
  const { client } = setUp(t, [{ code: 404, msg: "no such group", data: null, reason: "not_found" }, "html", new TypeError("fetch failed")]);
  const errors = [];
  for (let i = 0; i < 3; i++) errors.push(await rejected(client.http("GET", "/groups/x")));
  assert.deepEqual(errors.map(e => [e.name, e.code, e.reason]), [
    ["GannetError", 404, "not_found"], ["GannetError", 502, "bad_answer"], ["GannetError", 0, "network"],
  ]);
});

test("a token goes in the header; one that is refused is renewed once", async t => {
  let n = 0;
  const refused = { code: 401, msg: "a valid login is needed", data: null, reason: "token_expired" };
  const token = () => jwt({ sub: "alice", n: ++n });
  const { client, asked } = setUp(t, [ok(1), refused, ok(2), refused, refused], { token, user: "alice" });
  await client.ready;
  assert.equal(await client.http("GET", "/groups"), 1);
  assert.equal(await client.http("GET", "/groups"), 2);
  assert.equal((await rejected(client.http("GET", "/groups"))).code, 401);
  const tokens = asked.map(a => a.headers.Authorization);
  assert.equal(asked.length, 5);
  assert.ok(asked.every(a => !a.url.includes("uid")));
  assert.deepEqual([tokens[0] === tokens[1], tokens[1] === tokens[2], tokens[3] === tokens[4]], [true, false, false]);
});

test("without an address it says so", async t => {
  const { client } = setUp(t, [], { api: undefined });
  assert.match((await rejected(client.http("GET", "/groups"))).message, /api/);
});

test("an answer that never comes is given up, and the request ended", async t => {
  const signals = [];
  const silent = (url, { signal }) => new Promise((_, reject) => {
    signals.push(signal);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  for (const fetch of [silent, async (...args) => ({ status: 200, json: () => silent(...args) })]) {
    const { clock, client } = setUp(t, [], { fetch, requestTimeout: 5000 });
    const failed = rejected(client.http("GET", "/groups"));
    await until("asked", () => signals.length > 0);
    await clock.advance(5000);
    const error = await failed;
    assert.deepEqual([error.name, error.reason, signals.pop().aborted], ["GannetError", "timeout", true]);
  }
});

test("without a token nothing is asked", async t => {
  let token = jwt({ sub: "alice", exp: 1_700_000_000 }); // over
  const { client, asked } = setUp(t, [ok(1)], { token: () => token, user: "alice" });
  await client.ready;
  token = null;
  const error = await rejected(client.http("GET", "/groups"));
  assert.deepEqual([error.code, error.reason], [401, "unauthorized"]);
  assert.deepEqual(asked, []);
});

test("a path that would become another one is refused", async t => {
  const { client, asked } = setUp(t, [ok(1), ok(2)]);
  for (const id of [".", "..", "%2e", ".%2E", "..\\x"]) {
    assert.equal((await rejected(client.http("DELETE", `/groups/${id}`))).reason, "bad_request", id);
  }
  await client.http("GET", "/groups/...?name=../x");
  await client.http("GET", "/groups/.a./members");
  assert.deepEqual(asked.map(a => new URL(a.url).pathname), ["/api/v1/groups/...", "/api/v1/groups/.a./members"]);
});
