// Whom we take no messages from.

import { tried } from "/shared/errors.js";

export class Blocks {
  constructor(chat) {
    this.chat = chat;
    this.users = new Set();
  }

  has(user) { return this.users.has(user); }

  async load() {
    const users = new Set();
    let after;
    try {
      do {
        const page = await this.chat.client.http("GET", "/blocks", undefined, { query: { after, limit: 200 } });
        for (const { user_id } of page.blocks) users.add(user_id);
        after = page.next;
      } while (after);
    } catch { return; } // as it was
    this.users = users;
    this.chat.changed();
  }

  async set(user, blocked) {
    if (!await tried(this.chat.client.http(blocked ? "PUT" : "DELETE", `/blocks/${user}`))) return;
    if (blocked) this.users.add(user); else this.users.delete(user);
    this.chat.changed();
  }
}
