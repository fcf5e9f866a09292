// The page: it joins the connection (client.js), what is known (conversations.js) and the drawing
// (list.js, room.js). Everything that came from outside is shown as text, never as HTML.

import { post } from "./api.js";
import { Client } from "./client.js";
import { Conversations } from "./conversations.js";
import { drawList, drawState } from "./list.js";
import { drawRoom, scrollToEnd } from "./room.js";
import { text, translate } from "./text.js";
import { byId } from "./view.js";

const pageSize = 30;
const listSize = 200;
const ackDelay = 200;
const readDelay = 300;
const gapDelay = 1000; // what was sent from here fills its own gap sooner
const longestTimer = 2 ** 31 - 1;

let config, client, convs, current, token;
const timers = new Map();

translate();
start();

async function start() {
  try {
    config = await (await fetch("config.json")).json();
  } catch {
    byId("login-error").textContent = text.noConfig;
    return;
  }
  const dev = config.auth_mode === "dev";
  byId("login-user-row").hidden = !dev;
  byId("login-token-row").hidden = dev;
  byId("login-hint").textContent = dev ? text.devHint : text.jwtHint;
  byId("login-user").value = new URLSearchParams(location.search).get("uid") || "";
  byId("login-form").onsubmit = login;
  if (dev && byId("login-user").value) login();
}

function login(event) {
  event?.preventDefault();
  const user = config.auth_mode === "dev" ? byId("login-user").value.trim() : "";
  token = config.auth_mode === "dev" ? "" : byId("login-token").value.trim();
  if (!user && !token) return;
  byId("login-error").textContent = "";
  client?.stop();
  const on = { state, welcome, entry, notice, read, settings, cursors: () => convs.cursors(), synced, sent, failed, retrying };
  client = new Client({ url: socketURL(), user, token, on });
}

// The page and the socket are two listeners of one host.
function socketURL() {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.hostname}:${config.ws_port}/ws`;
}

// soon runs what is asked for many times in a moment once.
function soon(name, delay, run) {
  if (!timers.has(name)) timers.set(name, setTimeout(() => { timers.delete(name); run(); }, delay));
}

function state(name, detail) {
  drawState(name, detail);
  if (!convs) byId("login-error").textContent = byId("state").textContent;
  else if (name === "online" && current && !current.opened) load(current);
}

async function welcome(user) {
  if (convs?.me !== user) enter(user);
  await list();
  client.sync();
}

function enter(user) {
  convs = new Conversations(user);
  byId("login").hidden = true;
  byId("chat").hidden = false;
  byId("me").textContent = user;
  byId("avatar").textContent = user.slice(0, 1).toUpperCase();
  redraw();
}

// list asks for what is unread, and what became of receipts while nobody listened.
async function list() {
  try {
    const page = await client.request({ type: "conversations", limit: listSize });
    for (const line of page.conversations) convs.fill(line);
  } catch { /* asked again with the next connection */ }
  redraw();
}

function entry(e) {
  const conv = convs.add(e);
  if (e.type === "edit" && !("content" in e) && conv.entries.has(e.seq)) readAnew(conv, e.seq);
  if (convs.hasGap(conv)) soon("gap " + conv.id, gapDelay, () => { if (convs.hasGap(conv)) client.sync(); });
  if (conv === current && !conv.opened) load(conv);
  arrived(conv, [e]);
}

// arrived tells the server what is here; a burst is acknowledged once.
function arrived(conv, entries) {
  soon("ack " + conv.id, ackDelay, () => client.ack(conv.id, conv.last));
  for (const { expires_at: at } of entries) {
    if (at > Date.now()) setTimeout(redraw, Math.min(at - Date.now(), longestTimer));
  }
  redraw();
}

// notice is of a group too, but has no place in its log.
function notice(e) {
  const conv = convs.get("group_" + e.group_id);
  conv.notices.push({ ...e, after: conv.last });
  conv.touched = Math.max(conv.touched, e.time);
  redraw();
}

function synced(ends) {
  for (const [id, end] of Object.entries(ends)) {
    const conv = convs.get(id);
    if (end.gone) conv.gone = true; else convs.settle(conv, end.seq);
  }
  redraw();
}

function read({ conv_id: id, user_id: user, seq }) {
  const conv = convs.get(id);
  if (user !== convs.me) {
    conv.peerRead = Math.max(conv.peerRead, seq); // shown in single conversations
    return redraw();
  }
  conv.read = Math.max(conv.read, seq);
  conv.told = Math.max(conv.told, seq);
  if (convs.unread(conv) > 0) soon("list", readDelay, list); // how many are left the server knows
  redraw();
}

function settings({ conv_id: id, pinned, hidden, cleared_seq: cleared }) {
  Object.assign(convs.get(id), { pinned, hidden, cleared });
  redraw();
}

function sent(cid, m) {
  const conv = convs.get(m.conv_id);
  const pending = conv.pending.find(p => p.cid === cid);
  conv.pending = conv.pending.filter(p => p !== pending);
  if (conv.entries.has(m.seq)) return redraw(); // a sync was faster
  entry({ ...m, type: "chat", from: convs.me, content: pending?.content });
}

function failed(cid, error) { mark(cid, { failed: `${text.failed}: ${error.msg || error.reason}` }); }

function retrying(cid) { mark(cid, { note: text.retrying }); }

function mark(cid, change) {
  for (const conv of convs.list()) Object.assign(conv.pending.find(p => p.cid === cid) ?? {}, change);
  redraw();
}

function redraw() { soon("draw", 0, draw); }

function draw() {
  seen();
  if (current) drawRoom(convs, current, recall);
  drawList(convs, current, open);
}

// seen notes what is open and visible as read, and tells the server soon.
function seen() {
  const conv = current;
  if (!conv?.opened || conv.gone || document.hidden) return;
  conv.read = Math.max(conv.read, conv.last);
  if (conv.read > conv.told) soon("read " + conv.id, readDelay, () => tell(conv, conv.read));
}

async function tell(conv, seq) {
  if (conv.gone || seq <= conv.told) return;
  try {
    await client.request({ type: "read", conv_id: conv.id, seq });
  } catch (error) {
    if (error.reason === "disconnected") return; // told when online
  }
  conv.told = Math.max(conv.told, seq);
}

function open(conv) {
  current = conv;
  byId("chat").classList.add("in-room");
  draw();
  scrollToEnd();
  byId("text").focus();
  if (!conv.opened) load(conv);
}

// load fetches the newest page, or the one before the oldest place that is known.
async function load(conv, before) {
  if (conv.loading || conv.gone) return;
  conv.loading = true;
  try {
    const page = await client.request({ type: "history", conv_id: conv.id, limit: pageSize, ...(before && { before }) });
    convs.addPage(conv, page, before);
    conv.opened = true;
    if (conv.last > 0) arrived(conv, page.messages);
  } catch (error) {
    if (error.reason !== "disconnected") conv.missing = true; // otherwise asked again when online
  }
  conv.loading = false;
  draw();
  if (!before) scrollToEnd();
}

// readAnew fetches a message of which it was only told that it is another now.
async function readAnew(conv, seq) {
  const page = await client.request({ type: "history", conv_id: conv.id, before: seq + 1, limit: 1 }).catch(() => undefined);
  for (const m of page?.messages ?? []) convs.add(m);
  redraw();
}

function recall(m) {
  client.request({ type: "recall", id: m.id }).catch(error => alert(error.msg ?? text.stopped));
}

function askMembers() {
  const answer = prompt(text.whichMembers);
  return answer === null ? null : answer.split(/[\s,，]+/).filter(id => id !== "");
}

byId("create").onclick = async () => {
  const conv = current;
  const members = askMembers();
  if (!members) return;
  await post({ user: convs.me, token }, "/groups", { group_id: conv.name, name: conv.name, members });
  load(conv);
};

byId("members").onclick = () => {
  const members = askMembers();
  if (members?.length) post({ user: convs.me, token }, `/groups/${encodeURIComponent(current.name)}/members`, { members });
};

byId("open-form").onsubmit = event => {
  event.preventDefault();
  const kind = new FormData(event.target).get("kind");
  const id = byId("open-id").value.trim();
  if (id === "" || (kind === "single" && id === convs.me)) return;
  byId("open-id").value = "";
  const conv = convs.get(convs.idOf(kind, id));
  conv.touched = Date.now();
  conv.hidden = false;
  open(conv);
};

byId("open-form").onchange = event => {
  if (event.target.name === "kind") byId("open-id").placeholder = event.target.value === "group" ? text.groupId : text.userId;
};

byId("send-form").onsubmit = event => {
  event?.preventDefault();
  const content = byId("text").value.trim();
  if (content === "" || !current) return;
  byId("text").value = "";
  byId("text").rows = 1;
  const cid = client.send(current.target, content);
  current.pending.push({ cid, content, time: Date.now() });
  draw();
  scrollToEnd();
};

byId("text").onkeydown = event => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  byId("send-form").requestSubmit();
};
byId("text").oninput = event => { event.target.rows = Math.min(6, event.target.value.split("\n").length); };

byId("earlier").onclick = () => load(current, current.oldest);
byId("back").onclick = () => { current = undefined; byId("chat").classList.remove("in-room"); draw(); };
byId("leave").onclick = () => { client.stop(); location.assign(location.pathname); };
byId("open-id").placeholder = text.userId;
byId("text").placeholder = text.write;

document.onvisibilitychange = () => { if (convs) redraw(); };
