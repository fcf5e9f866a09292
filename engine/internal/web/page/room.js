// Drawing of the conversation that is open.

import { timeline } from "./entry.js";
import { text } from "./text.js";
import { byId, colour, element, shown, when } from "./view.js";

export function drawRoom(convs, conv, recall) {
  const scroll = byId("scroll");
  const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
  const fromEnd = scroll.scrollHeight - scroll.scrollTop;
  const lines = allLines(convs, conv, recall);
  byId("title").textContent = conv.title;
  byId("conv-id").textContent = conv.id;
  byId("members").hidden = conv.kind !== "group" || conv.missing || conv.gone;
  byId("create").hidden = !conv.missing || conv.gone || conv.kind !== "group";
  byId("send-form").hidden = conv.gone;
  byId("earlier").hidden = !conv.hasMore || conv.gone;
  byId("notice").textContent = noticeOf(conv, lines.length === 0);
  replaceLines(lines);
  scroll.scrollTop = atEnd ? scroll.scrollHeight : scroll.scrollHeight - fromEnd;
}

export function scrollToEnd() { byId("scroll").scrollTop = byId("scroll").scrollHeight; }

function noticeOf(conv, empty) {
  if (conv.gone) return text.gone;
  if (conv.missing) return text.noGroup;
  return conv.opened && empty ? text.empty : "";
}

// replaceLines keeps the keyboard where it was.
function replaceLines(lines) {
  const focused = document.activeElement?.dataset.recall;
  byId("messages").replaceChildren(...lines);
  if (focused) byId("messages").querySelector(`[data-recall="${CSS.escape(focused)}"]`)?.focus();
}

// allLines are the entries by place, with notices where they came, and at the end what is on its way.
function allLines(convs, conv, recall) {
  const notices = [...conv.notices];
  const lines = [];
  for (const e of timeline(conv)) {
    while (notices.length > 0 && notices[0].after < e.seq) lines.push(eventLine(notices.shift()));
    lines.push(e.type === "group" ? eventLine(e) : messageLine(convs, conv, e, recall));
  }
  return lines.concat(notices.map(eventLine), conv.pending.map(pendingLine));
}

function messageLine(convs, conv, m, recall) {
  const mine = m.from === convs.me;
  const li = element("li", mine ? "mine" : "");
  if (conv.kind !== "single" && !mine) li.append(colour(element("span", "from", m.from), m.from));
  li.append(element("span", m.recalled || m.expired ? "body erased" : "body", shown(m)));
  if (m.reactions.size > 0) li.append(reactionsOf(m));
  const meta = element("span", "meta", [when(m.time), m.edited && !m.recalled && text.edited, "#" + m.seq].filter(Boolean).join(" · "));
  if (mine) meta.append(" ", mark(conv, m));
  li.append(meta);
  if (mine && !m.recalled && !conv.gone) li.append(recallButton(m, recall));
  return li;
}

// mark tells that the message is on the server, and in a single conversation that the other has read it.
function mark(conv, m) {
  const read = conv.kind === "single" && m.seq <= conv.peerRead;
  const el = element("span", read ? "mark read" : "mark", read ? "✓✓" : "✓");
  el.title = read ? text.wasRead : text.wasSent;
  return el;
}

function reactionsOf(m) {
  const all = element("span", "reactions");
  for (const [emoji, users] of m.reactions) {
    const el = element("span", "", users.size > 1 ? `${emoji} ${users.size}` : emoji);
    el.title = [...users].join(", ");
    all.append(el);
  }
  return all;
}

function recallButton(m, recall) {
  const button = element("button", "recall", text.recall);
  button.dataset.recall = m.id;
  button.onclick = () => recall(m);
  return button;
}

function pendingLine(p) {
  const li = element("li", p.failed ? "mine failed" : "mine pending");
  li.append(element("span", "body", p.content), element("span", p.failed ? "meta failed-reason" : "meta", p.failed || p.note || text.sending));
  return li;
}

function eventLine(e) {
  const words = text.events[e.event]?.(e) ?? `${e.by}: ${e.event}`;
  return element("li", "event", `${words} · ${when(e.time)}`);
}
