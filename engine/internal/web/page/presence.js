// Who is online: the people of the list are watched, members of a group are asked about.

const most = 200; // that one connection may watch, or ask for at once

export class Presence {
  constructor(chat) {
    this.chat = chat;
    this.known = new Map();    // user → "online" | "offline"
    this.lastSeen = new Map(); // user → time
    this.watched = new Set();
    chat.client.on("presence", notice => this.take(notice));
  }

  // of tells "online", "offline", or nothing if it isn't known, as without a connection.
  of(user) { return this.chat.state.state === "online" ? this.known.get(user) : undefined; }

  take({ users, last_seen = {} }) {
    for (const [user, state] of Object.entries(users)) {
      if (this.known.get(user) === "online" && state === "offline") this.lastSeen.set(user, Date.now());
      this.known.set(user, state);
    }
    for (const [user, time] of Object.entries(last_seen)) this.lastSeen.set(user, time);
    this.chat.changed();
  }

  // watch hears of people one writes with, the first ones, from now on.
  watch(peers) {
    const fresh = [...new Set(peers)].filter(peer => peer && !this.watched.has(peer)).slice(0, most - this.watched.size);
    if (fresh.length === 0) return;
    for (const peer of fresh) this.watched.add(peer);
    this.chat.client.watch(fresh).then(answer => this.take(answer), () => { for (const peer of fresh) this.watched.delete(peer); });
  }

  ask(users) {
    const unknown = users.filter(user => !this.watched.has(user)).slice(0, most);
    if (unknown.length > 0) this.chat.client.presence(unknown).then(answer => this.take(answer), () => { /* no dots then */ });
  }
}
