// Real servers: those whose addresses the environment gives, and ones of our own that can be killed.
import { spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "../../gannet.js";
import { WebSocket } from "./websocket.js";
import { until } from "./wait.js";

const env = process.env;
export const dev = { url: env.JSTEST_URL, api: env.JSTEST_API, WebSocket };
export const jwt = { url: env.JSTEST_JWT_URL, api: env.JSTEST_JWT_API, WebSocket };
export const skip = {
  dev: dev.url ? false : "JSTEST_URL and JSTEST_API (of a server in dev mode) aren't set",
  jwt: jwt.url ? false : "JSTEST_JWT_URL, JSTEST_JWT_API and JSTEST_JWT_SECRET aren't set",
  program: env.JSTEST_PROGRAM ? false : "JSTEST_PROGRAM (a server that may be killed: the test binary of js_test.go) isn't set",
};

// name is that of a user or group whom no other test knows.
export const name = what => `${what}-${randomUUID().slice(0, 8)}`;

export function token(user, seconds = 3600, claims = {}) {
  const now = Math.floor(Date.now() / 1000);
  const part = value => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: user, iat: now, exp: now + seconds, jti: randomUUID(), ...claims })}`;
  return `${text}.${createHmac("sha256", env.JSTEST_JWT_SECRET).update(text).digest("base64url")}`;
}

// client gives one that is closed with the test.
export function client(t, options) {
  const c = new Client(options);
  t.after(() => c.close());
  return c;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

// Program is a server in a process of its own, which a test may kill and start again. It is the test binary of
// js_test.go, which is told by JSTEST_SERVE to be one.
export class Program {
  static async start(t) {
    const p = new Program();
    p.dir = mkdtempSync(join(tmpdir(), "gannet-js-"));
    [p.ws, p.http, p.admin] = [await freePort(), await freePort(), await freePort()];
    t.after(async () => {
      await p.kill();
      rmSync(p.dir, { recursive: true, force: true });
    });
    await p.run();
    return p;
  }

  get options() { return { url: `ws://127.0.0.1:${this.ws}/ws`, api: `http://127.0.0.1:${this.http}`, WebSocket }; }

  async run() {
    const serve = JSON.stringify({ dir: this.dir, ws: `127.0.0.1:${this.ws}`, http: `127.0.0.1:${this.http}`, admin: `127.0.0.1:${this.admin}` });
    this.process = spawn(env.JSTEST_PROGRAM, [], { env: { ...env, JSTEST_SERVE: serve }, stdio: ["ignore", "inherit", "inherit"] });
    await until("the server is ready", () => fetch(`http://127.0.0.1:${this.http}/readyz`).then(r => r.ok, () => false));
  }

  async kill() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const over = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await over;
  }
}
