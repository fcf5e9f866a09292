// Groups: what they are, who is in them, and the ways to change that.

import { errorText } from "/shared/errors.js";
import { toast } from "/shared/toast.js";
import { eventText } from "/shared/events.js";
import { groupConvId } from "./conversation.js";

const againAfter = 300;  // ms in which events come together before a group is read anew
const mostMembers = 5_000;

export class Groups {
  constructor(chat) { this.chat = chat; }

  http(method, path, body, options) { return this.chat.client.http(method, `/groups${path}`, body, options); }

  // load reads a group and its members, and, for who runs it, who asks to come in.
  async load(conv) {
    conv.group ??= { members: [], requests: [], bans: [] };
    const { group } = conv;
    if (group.busy) return;
    group.busy = true;
    group.stale = false;
    try {
      const path = `/${conv.groupId}`;
      Object.assign(group, await this.http("GET", path), { members: await this.members(path) });
      conv.title = group.name;
      if (this.runs(conv)) Object.assign(group, await this.waiting(path));
      this.chat.presence.ask(group.members.map(m => m.user_id));
    } catch (error) {
      if (error.reason === "not_found") conv.group = undefined;
    } finally {
      group.busy = false;
    }
    if (group.stale) this.happened(conv);
    this.chat.changed();
  }

  async members(path) {
    const members = [];
    let after;
    do {
      const page = await this.http("GET", `${path}/members`, undefined, { query: { limit: 1000, after } });
      members.push(...page.members);
      after = page.next;
    } while (after && members.length < mostMembers);
    return members;
  }

  async waiting(path) {
    const query = { limit: 200 };
    const { requests } = await this.http("GET", `${path}/requests`, undefined, { query });
    const { bans } = await this.http("GET", `${path}/bans`, undefined, { query });
    return { requests, bans };
  }

  // happened reads a group anew that is looked at, when things have come to rest.
  happened(conv) {
    if (!conv.group || (conv !== this.chat.current && !conv.watched)) return;
    clearTimeout(conv.group.timer);
    conv.group.timer = setTimeout(() => this.load(conv), againAfter);
  }

  // notice takes what has no place in a log: that somebody asks to join, or was refused.
  notice(n) {
    if (n.type !== "group") return;
    toast(eventText(n));
    const conv = this.chat.get(groupConvId(n.group_id));
    if (n.event === "requested") this.happened(conv);
  }

  // change does what is asked for and reads the group anew; false if it was refused.
  async change(conv, method, path, body) {
    try {
      const answer = await this.http(method, `/${conv.groupId}${path}`, body);
      if (!conv.gone) await this.load(conv);
      return answer ?? true;
    } catch (error) {
      toast(errorText(error), "error");
      return false;
    }
  }

  me(conv) { return conv.group?.members.find(m => m.user_id === this.chat.me); }

  role(conv) { return this.me(conv)?.role; }

  // runs tells whether we are the group's owner or one of its admins.
  runs(conv) { return ["owner", "admin"].includes(this.role(conv)); }

  // above tells whether we may mute, remove or ban a member.
  above(conv, member) {
    const mine = this.role(conv);
    return member.user_id !== this.chat.me && (mine === "owner" || (mine === "admin" && member.role === "member"));
  }

  // silenced tells why we can't write: "muted", "allMuted" or nothing.
  silenced(conv) {
    if (this.me(conv)?.muted_until > Date.now()) return "muted";
    if (conv.group?.muted && !this.runs(conv)) return "allMuted";
  }
}
