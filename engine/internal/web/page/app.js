// The page: it joins the connection (client.js), what is known (conversations.js) and the
// drawing (view.js). Everything that came from outside is shown as text, never as HTML.

import { Client } from "./client.js";
import { Conversations } from "./conversations.js";
import { text, translate } from "./text.js";
import { byId, drawConversation, drawList, drawState, scrollToEnd } from "./view.js";

const pageSize = 30;
const ackDelay = 200;
const gapDelay = 1000;

let config, client, convs, current, token;
let acks = new Map(); // conversation id → timer

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
  client = new Client({ url: socketURL(), user, token, on: { state, welcome, message, event: groupEvent, sent, failed, retrying, cursors } });
}

// The page and the socket are two listeners of one host.
function socketURL() {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.hostname}:${config.ws_port}/ws`;
}

function welcome(user) {
  if (convs && convs.me === user) return;
  convs = new Conversations(user);
  byId("login").hidden = true;
  byId("chat").hidden = false;
  byId("me").textContent = user;
  byId("avatar").textContent = user.slice(0, 1).toUpperCase();
  drawList(convs, current, open);
}

function state(name, detail) {
  drawState(name, detail);
  if (name === "online" && current && !current.opened) load(current);
  if (!convs) byId("login-error").textContent = byId("state").textContent;
}

function cursors() { return convs.cursors(); }

function message(m) {
  const conv = convs.get(m.conv_id);
  if (!convs.add(m)) return acknowledge(conv);
  if (m.from !== convs.me && (conv !== current || document.hidden)) conv.unread++;
  if (convs.hasGap(conv)) setTimeout(() => { if (convs.hasGap(conv)) client.sync({ [conv.id]: conv.last }); }, gapDelay);
  acknowledge(conv);
  redraw(conv);
}

// acknowledge tells the server what arrived; a burst is acknowledged once.
function acknowledge(conv) {
  if (acks.has(conv.id)) return;
  acks.set(conv.id, setTimeout(() => { acks.delete(conv.id); client.ack(conv.id, conv.last); }, ackDelay));
}

function groupEvent(e) {
  const conv = convs.get("group_" + e.group_id);
  conv.events.push({ ...e, after: conv.last });
  conv.touched = Math.max(conv.touched, e.time);
  redraw(conv);
}

function sent(cid, m) {
  const conv = convs.get(m.conv_id);
  const pending = conv.pending.find(p => p.cid === cid);
  conv.pending = conv.pending.filter(p => p !== pending);
  convs.add({ ...m, from: convs.me, content: pending?.content });
  acknowledge(conv);
  redraw(conv);
}

function failed(cid, error) { mark(cid, { failed: `${text.failed}: ${error.msg || error.reason}` }); }

function retrying(cid) { mark(cid, { note: text.retrying }); }

function mark(cid, change) {
  for (const conv of convs.list()) {
    const pending = conv.pending.find(p => p.cid === cid);
    if (pending) { Object.assign(pending, change); redraw(conv); }
  }
}

function redraw(conv) {
  if (conv === current) drawConversation(convs, conv);
  drawList(convs, current, open);
}

function open(conv) {
  current = conv;
  conv.unread = 0;
  byId("chat").classList.add("in-room");
  redraw(conv);
  scrollToEnd();
  byId("text").focus();
  if (!conv.opened) load(conv);
}

// load fetches the newest page, or the one before the oldest message that is known.
async function load(conv, before) {
  try {
    const page = await client.request({ type: "history", conv_id: conv.id, limit: pageSize, ...(before && { before }) });
    conv.opened = true;
    conv.missing = false;
    convs.addPage(conv, page.messages, page.has_more);
    if (conv.last > 0) acknowledge(conv);
  } catch (error) {
    if (error.reason === "disconnected") return; // asked again when online
    conv.opened = conv.kind === "single";
    conv.missing = conv.kind !== "single";
  }
  redraw(conv);
  if (!before) scrollToEnd();
}

// api calls the HTTP API as the same user.
async function api(path, body) {
  const url = "/api/v1" + path + (token ? "" : "?uid=" + encodeURIComponent(convs.me));
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: "Bearer " + token }) };
  const answer = await (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).json();
  if (answer.code !== 200) alert(answer.msg);
  return answer;
}

function askMembers() {
  const answer = prompt(text.whichMembers);
  return answer === null ? null : answer.split(/[\s,，]+/).filter(id => id !== "");
}

byId("create").onclick = async () => {
  const conv = current;
  const members = askMembers();
  if (!members) return;
  await api("/groups", { group_id: conv.name, name: conv.name, members });
  load(conv);
};

byId("members").onclick = async () => {
  const members = askMembers();
  if (members?.length) await api(`/groups/${encodeURIComponent(current.name)}/members`, { members });
};

byId("open-form").onsubmit = event => {
  event.preventDefault();
  const kind = new FormData(event.target).get("kind");
  const id = byId("open-id").value.trim();
  if (id === "" || (kind === "single" && id === convs.me)) return;
  byId("open-id").value = "";
  const conv = convs.get(convs.idOf(kind, id));
  conv.touched = Date.now();
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
  redraw(current);
  scrollToEnd();
};

byId("text").onkeydown = event => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  byId("send-form").requestSubmit();
};
byId("text").oninput = event => { event.target.rows = Math.min(6, event.target.value.split("\n").length); };

byId("earlier").onclick = () => load(current, Math.min(...current.messages.keys()));
byId("back").onclick = () => { current = undefined; byId("chat").classList.remove("in-room"); redraw(); };
byId("leave").onclick = () => { client.stop(); location.assign(location.pathname); };
byId("open-id").placeholder = text.userId;
byId("text").placeholder = text.write;

document.onvisibilitychange = () => {
  if (document.hidden || !current) return;
  current.unread = 0;
  redraw(current);
};
