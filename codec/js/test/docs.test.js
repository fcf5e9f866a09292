// The examples of the documentation run, and print what it says.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client } from "../gannet.js";
import { dev, jwt, name, skip } from "./support/server.js";

const at = path => fileURLToPath(new URL(path, import.meta.url));
const guide = at("../../../docs/javascript.md");
const from = `from ${JSON.stringify(new URL("../gannet.js", import.meta.url))}`;

// examples gives the programs of a text, with what it says that they print.
function examples(file) {
  const found = [];
  const text = readFileSync(file, "utf8");
  for (const m of text.matchAll(/^```js\n(.*?)^```\n(?:\n```\n(.*?)^```\n)?/gms)) found.push({ code: m[1], output: m[2] });
  return found;
}

// program makes one of an example: fragments get the client that they speak of, and all of them end.
function program({ code }) {
  const page = code.includes("document.");
  const fragment = !code.includes("new Client");
  const user = name("alice");
  const start = `import { Client } ${from};\nconst client = new Client({ url: ${JSON.stringify(dev.url)}, api: ${JSON.stringify(dev.api)}, user: ${JSON.stringify(user)}, WebSocket });\n`;
  const body = code
    .replaceAll(/from "(gannet-client|\/gannet\.js)"/g, from)
    .replaceAll("wss://chat.example.com/ws", jwt.url)
    .replaceAll("ws://127.0.0.1:9502/ws", dev.url);
  const end = page ? "\nawait client.ready;\nawait client.close();\n" : fragment ? "\nawait client.ready;\nawait client.close();\n" : code.includes("bob.on") ? "\nawait bob.close();\n" : "";
  return { text: (fragment ? start : "") + body + end, env: { JSTEST_USER: user, ...(page && { JSTEST_PAGE: "1" }) } };
}

for (const file of [guide, at("../README.md")]) {
  for (const [i, example] of examples(file).entries()) {
    test(`example ${i + 1} of ${file.split("/").at(-1)}`, { skip: skip.dev || skip.jwt }, async t => {
      const dir = mkdtempSync(join(tmpdir(), "gannet-docs-"));
      t.after(() => rmSync(dir, { recursive: true, force: true }));
      const { text, env } = program(example);
      writeFileSync(join(dir, "example.mjs"), text);
      const preload = new URL("support/preload.js", import.meta.url).href;
      const run = promisify(execFile)(process.execPath, ["--import", preload, "example.mjs"], { cwd: dir, env: { ...process.env, ...env }, timeout: 30_000 });
      const { stdout, stderr } = await run.catch(error => assert.fail(`${error.message}\n${error.stdout}\n${text}`));
      assert.equal(stderr, "");
      if (example.output !== undefined) assert.equal(stdout, example.output);
    });
  }
}

test("there are examples, and the first one does what it says", () => {
  assert.ok(examples(guide).length >= 8);
  assert.equal(examples(at("../README.md")).length, 1);
});

// The types and the guide name what there is, and nothing else.
const types = readFileSync(at("../gannet.d.ts"), "utf8");
const source = readFileSync(at("../gannet.js"), "utf8");
const text = readFileSync(guide, "utf8");

test("methods of the client, of the types and of the guide are the same", () => {
  const client = types.match(/^export class Client \{(.*?)^\}/ms)[1];
  const typed = [...client.matchAll(/^ {2}(?:readonly )?(\w+)[(<:]/gm)].map(m => m[1]).sort();
  const real = [...Object.getOwnPropertyNames(Client.prototype), "ready"].sort();
  assert.deepEqual(typed.filter(n => n !== "constructor"), real.filter(n => n !== "constructor"));
  const table = text.slice(text.indexOf("\n## Methods"), text.indexOf("\n## Events"));
  for (const method of real) if (method !== "constructor") assert.match(table, new RegExp(`\`${method}[(\`]`), method);
});

test("events of the client, of the types and of the guide are the same", () => {
  const typed = [...types.match(/^export interface Events \{(.*?)^\}/ms)[1].matchAll(/^ {2}(\w+):/gm)].map(m => m[1]).sort();
  const table = text.slice(text.indexOf("\n## Events"), text.indexOf("\n## What it guarantees"));
  const listed = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(m => [...m[1].matchAll(/`(\w+)`/g)].map(n => n[1])).sort();
  assert.deepEqual(listed, typed);
  const emitted = new Set([...source.matchAll(/emit\("(\w+)"/g)].map(m => m[1]));
  for (const n of source.match(/noticeTypes = new Set\(\[(.*?)\]/)[1].matchAll(/"(\w+)"/g)) emitted.add(n[1]);
  assert.deepEqual([...emitted].sort(), typed);
});

test("options of the types and of the guide are the same", () => {
  const typed = [...types.match(/^export interface Options \{(.*?)^\}/ms)[1].matchAll(/^ {2}(\w+)\??:/gm)].map(m => m[1]).sort();
  const table = text.slice(text.indexOf("\n## Options"), text.indexOf("\n## Methods"));
  const listed = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(m => [...m[1].matchAll(/`(\w+)`/g)].map(n => n[1])).sort();
  assert.deepEqual(listed, typed);
});
