// What can be done with a conversation in one's own list.

import { askSure } from "/shared/dialog.js";
import { t } from "/shared/i18n.js";
import { tried } from "/shared/errors.js";
import { go } from "./route.js";

export function conversationItems(chat, conv) {
  if (!conv.listed) return [conv.kind === "single" && blockItem(chat, conv)];
  const unread = conv.unread() > 0;
  return [
    { key: "pin", label: t(conv.pinned ? "unpin" : "pin"), icon: "pin", run: () => set(chat, conv, { pinned: !conv.pinned }) },
    { key: "mute", label: t(conv.muted ? "unmuteConv" : "muteConv"), icon: conv.muted ? "bell" : "bellOff", run: () => set(chat, conv, { muted: !conv.muted }) },
    unread && { key: "mark-read", label: t("markRead"), icon: "checks", run: () => markRead(chat, conv) },
    conv.kind === "single" && blockItem(chat, conv),
    { key: "hide", label: t("hideConv"), icon: "close", run: () => hide(chat, conv) },
    { key: "clear", label: t("clearHistory"), icon: "hide", danger: true, run: () => clear(chat, conv) },
  ];
}

function blockItem(chat, conv) {
  const blocked = chat.blocks.has(conv.peer);
  return { key: "block", label: t(blocked ? "unblock" : "block"), icon: "ban", danger: !blocked, run: () => chat.blocks.set(conv.peer, !blocked) };
}

const path = conv => `/conversations/${encodeURIComponent(conv.id)}`;

async function set(chat, conv, settings) {
  if (!await tried(chat.client.http("PATCH", path(conv), settings))) return false;
  Object.assign(conv, settings);
  chat.changed();
  return true;
}

async function hide(chat, conv) {
  if (await set(chat, conv, { hidden: true }) && conv === chat.current) go();
}

function markRead(chat, conv) {
  const place = Math.max(conv.counted.place, conv.log.newest);
  conv.read = Math.max(conv.read, place);
  chat.changed();
  return tried(chat.client.read(conv.id, place));
}

async function clear(chat, conv) {
  if (!await askSure({ title: t("clearHistory"), text: t("clearSure", conv.title), action: t("clearHistory"), danger: true })) return;
  const place = Math.max(conv.counted.place, conv.log.newest);
  if (!await tried(chat.client.http("POST", `${path(conv)}/clear`))) return;
  conv.cleared = Math.max(conv.cleared, place);
  conv.preview = undefined;
  chat.changed();
}
