// The open conversation stands in the address, behind the #: a reload comes back to it, and on a phone
// the way back leads to the list, whatever was opened since.

let overList = false; // the list is one step back

export class Route {
  constructor(chat) {
    this.chat = chat;
    this.listener = () => this.follow();
    addEventListener("hashchange", this.listener);
    this.follow();
  }

  follow() {
    const id = conversationIn(location.hash, this.chat.me);
    overList &&= Boolean(id);
    if (id !== this.chat.current?.id) this.chat.open(id);
  }

  close() { removeEventListener("hashchange", this.listener); }
}

// go opens a conversation, or the list.
export function go(id) {
  const open = location.hash.startsWith("#/");
  if (!id) return open && overList ? history.back() : location.hash = "";
  const hash = `#/${encodeURIComponent(id)}`;
  if (open) return location.replace(hash);
  overList = true;
  location.hash = hash;
}

// conversationIn is what an address names, if it can be one of this user's.
function conversationIn(hash, me) {
  try {
    const id = decodeURIComponent(hash.slice(2));
    const [, a, b] = id.match(/^single_([\w.@-]+):([\w.@-]+)$/) ?? [];
    return /^group_[\w.@-]+$/.test(id) || (a && (a === me || b === me)) ? id : undefined;
  } catch { return undefined; }
}
