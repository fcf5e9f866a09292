// Drawing. Only textContent is ever set, so nothing a user wrote can become markup.

import { locale, text } from "./text.js";

export const byId = id => document.getElementById(id);

const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const date = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric" });

function element(tag, className, content) {
  const el = document.createElement(tag);
  if (className) el.className = className;
  if (content !== undefined) el.textContent = content;
  return el;
}

function when(time) {
  const at = new Date(time);
  return at.toDateString() === new Date().toDateString() ? clock.format(at) : `${date.format(at)} ${clock.format(at)}`;
}

// hue gives each name a colour of its own.
function hue(name) {
  let h = 0;
  for (const c of name) h = (h * 31 + c.codePointAt(0)) % 360;
  return h;
}

function shown(content) { return typeof content === "string" ? content : JSON.stringify(content); }

export function drawState(name, detail) {
  const el = byId("state");
  el.className = "state " + name;
  el.textContent = name === "waiting" ? text.waiting(Math.ceil(detail / 1000)) : name === "stopped" ? text[detail] : text[name];
}

export function drawList(convs, current, open) {
  const list = convs.list();
  byId("list").replaceChildren(...list.map(conv => listEntry(convs, conv, conv === current, open)));
  byId("list-empty").hidden = list.length > 0;
  byId("room").hidden = !current;
  byId("nothing").hidden = Boolean(current);
  const unread = convs.unread();
  document.title = unread > 0 ? `(${unread}) Gannet` : "Gannet";
}

function listEntry(convs, conv, active, open) {
  const button = element("button", active ? "active" : "");
  const avatar = element("span", "avatar", conv.kind === "group" ? "#" : conv.name.slice(0, 1).toUpperCase());
  avatar.style.setProperty("--hue", hue(conv.name));
  const middle = element("span", "grow");
  const last = convs.sorted(conv).at(-1);
  middle.append(element("span", "name", conv.name), element("span", "last", last ? shown(last.content) : conv.id));
  button.append(avatar, middle);
  if (conv.unread > 0) button.append(element("span", "badge", conv.unread));
  button.onclick = () => open(conv);
  return button;
}

export function drawConversation(convs, conv) {
  const scroll = byId("scroll");
  const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
  const fromEnd = scroll.scrollHeight - scroll.scrollTop;
  byId("title").textContent = conv.name;
  byId("conv-id").textContent = conv.id;
  byId("members").hidden = conv.kind !== "group" || Boolean(conv.missing);
  byId("create").hidden = !conv.missing || conv.kind !== "group";
  byId("earlier").hidden = !conv.hasMore || conv.messages.has(1);
  byId("messages").replaceChildren(...entries(convs, conv));
  byId("notice").textContent = conv.missing ? text.noGroup : conv.opened && conv.messages.size + conv.pending.length === 0 ? text.empty : "";
  scroll.scrollTop = atEnd ? scroll.scrollHeight : scroll.scrollHeight - fromEnd;
}

export function scrollToEnd() { byId("scroll").scrollTop = byId("scroll").scrollHeight; }

// entries are the messages in seq order, with events where they happened and what is on its way at the end.
function entries(convs, conv) {
  const events = [...conv.events];
  const out = [];
  for (const m of convs.sorted(conv)) {
    while (events.length > 0 && events[0].after < m.seq) out.push(eventEntry(events.shift()));
    out.push(messageEntry(convs, conv, m));
  }
  return out.concat(events.map(eventEntry), conv.pending.map(pendingEntry));
}

function messageEntry(convs, conv, m) {
  const li = element("li", m.from === convs.me ? "mine" : "");
  if (conv.kind !== "single" && m.from !== convs.me) {
    const from = element("span", "from", m.from);
    from.style.setProperty("--hue", hue(m.from));
    li.append(from);
  }
  li.append(element("span", "body", shown(m.content)), element("span", "meta", `${when(m.time)} · #${m.seq}${m.from === convs.me ? " ✓" : ""}`));
  return li;
}

function pendingEntry(p) {
  const li = element("li", p.failed ? "mine failed" : "mine pending");
  li.append(element("span", "body", p.content), element("span", p.failed ? "meta failed-reason" : "meta", p.failed || p.note || text.sending));
  return li;
}

function eventEntry(e) { return element("li", "event", `${e.user_id ?? e.by} ${text.events[e.event] ?? e.event} · ${when(e.time)}`); }
