// The entries of a conversation's log: messages, events that change a message, and events of a group.

// placeOf is an entry's own place in the log. The seq of a change is that of the message it is about.
export const placeOf = e => e.event_seq ?? e.seq;

// timeline is what there is to draw, by place: messages as they are now, and events of a group. It
// doesn't matter in which order the entries came: what is known is put together here, each time.
export function timeline(conv) {
  const entries = byPlace(conv).filter(e => placeOf(e) > conv.cleared && placeOf(e) >= conv.oldest);
  const changes = changesByMessage(entries);
  return entries.flatMap(e => e.type === "chat" ? [present(e, changes.get(e.seq))] : e.type === "group" ? [e] : []);
}

// lastMessage is what the list shows of a conversation. Its preview is the server's word on it.
export function lastMessage(conv) {
  const entries = byPlace(conv);
  const chats = entries.concat(conv.preview ?? []).filter(e => e.type === "chat" && e.seq > conv.cleared);
  const last = chats.reduce((a, b) => a?.seq >= b.seq ? a : b, undefined);
  return last && present(last, changesByMessage(entries).get(last.seq));
}

const byPlace = conv => [...conv.entries.values()].sort((a, b) => placeOf(a) - placeOf(b));

function changesByMessage(entries) {
  const changes = new Map();
  for (const e of entries) {
    if (!["recall", "edit", "reaction"].includes(e.type)) continue;
    if (!changes.has(e.seq)) changes.set(e.seq, []);
    changes.get(e.seq).push(e);
  }
  return changes;
}

// present is a message with the changes to it, which are by place. A message that was fetched after a
// change has it already; to apply it once more does no harm. A content that is gone is undefined.
function present(m, changes = []) {
  const edits = changes.filter(c => c.type === "edit");
  const recalled = Boolean(m.recalled || changes.some(c => c.type === "recall"));
  const expired = Boolean(m.expired || m.expires_at <= Date.now());
  const newest = "content" in (edits.at(-1) ?? {}) ? edits.at(-1) : m;
  const erased = recalled || expired;
  return {
    ...m, recalled, expired,
    edited: Boolean(m.edited || edits.length > 0),
    content: erased ? (m.recalled ? m.content : undefined) : newest.content,
    reactions: erased ? new Map() : reactions(changes),
  };
}

// reactions counts: emoji → users. All changes to a message come after it, so none is missing.
function reactions(changes) {
  const users = new Map();
  for (const { type, emoji, op, from } of changes) {
    if (type !== "reaction") continue;
    if (!users.has(emoji)) users.set(emoji, new Set());
    if (op === "remove") users.get(emoji).delete(from); else users.get(emoji).add(from);
  }
  return new Map([...users].filter(([, from]) => from.size > 0));
}

// membership tells what an event of a group makes of a user: true for in, false for out.
export function membership(e, user) {
  switch (e.type === "group" && e.event) {
    case "created": return e.by === user || named(e, user) || undefined;
    case "joined": return named(e, user) || undefined;
    case "left": case "kicked": case "banned": return named(e, user) ? false : undefined;
    case "dissolved": return false;
  }
}

const named = (e, user) => e.user_id === user || Boolean(e.user_ids?.includes(user));
