// Who can be called to a message by an @, and who is.

import { t } from "/shared/i18n.js";

// people are the members of a group, for proposals; those who spoke last come first.
export function people(chat, conv) {
  const order = new Map();
  for (const m of conv.log.messages.values()) order.set(m.from, Math.max(order.get(m.from) ?? 0, m.seq));
  const others = (conv.group?.members ?? []).map(m => m.user_id).filter(id => id !== chat.me);
  others.sort((a, b) => (order.get(b) ?? 0) - (order.get(a) ?? 0));
  return [...others.map(id => ({ id, name: id })), { id: t("allWord"), name: t("everybody"), all: true }];
}

// mentionOptions finds in a text whom it mentions. Only who is in the group counts.
export function mentionOptions(chat, conv, text) {
  if (conv.kind !== "group") return {};
  const words = new Set([...text.matchAll(/(?:^|[^A-Za-z0-9._@-])@([A-Za-z0-9._-]*[A-Za-z0-9_]|所有人)/g)].map(match => match[1]));
  if (words.has("all") || words.has("所有人")) return { mentionAll: true };
  const mentions = (conv.group?.members ?? []).map(m => m.user_id).filter(id => words.has(id) && id !== chat.me).slice(0, 50);
  return mentions.length > 0 ? { mentions } : {};
}
