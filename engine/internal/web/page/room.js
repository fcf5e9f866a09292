// The open conversation: its head, the thread and the field to write in.

import { html } from "/lib/lit-html/lit-html.js";
import { Composer } from "/shared/composer.js";
import { Thread } from "/shared/thread.js";
import { errorText, tried } from "/shared/errors.js";
import { isErased } from "/shared/entries.js";
import { plainText } from "/shared/content.js";
import { toast } from "/shared/toast.js";
import { t } from "/shared/i18n.js";
import { MessageActions } from "./message_actions.js";
import { askToJoin, headView, noticeView } from "./head.js";
import { mentionOptions, people } from "./mentions.js";

export class Room {
  constructor(chat) {
    this.chat = chat;
    this.thread = new Thread();
    this.composer = new Composer();
    this.actions = new MessageActions(this);
    this.listener = () => this.seen();
    document.addEventListener("visibilitychange", this.listener);
  }

  close() {
    document.removeEventListener("visibilitychange", this.listener);
  }

  view() {
    const conv = this.chat.current;
    if (!conv) return html`<div class="nothing"><img src="/shared/favicon.svg" alt="" width="72" height="72"><p class="quiet">${t("nothingOpen")}</p>
      <p class="small quiet"><kbd>Ctrl</kbd> <kbd>K</kbd> ${t("toSearch")}</p></div>`;
    return html`${headView(this.chat, conv)}${noticeView(this.chat, conv)}
      ${conv.missing ? html`<div class="nothing"><p>${t("noGroup")}</p><button type="button" class="primary" data-testid="join" @click=${() => askToJoin(this.chat, conv)}>${t("askToJoin")}</button></div>`
        : html`${this.thread.element}${this.composer.element}`}`;
  }

  // update draws the thread and the field; view has put them into the page.
  update() {
    const { chat, composer } = this;
    const conv = chat.current;
    if (conv !== this.conv) this.change(conv);
    if (!conv || conv.missing) return;
    const waiting = chat.pending.of(conv);
    this.thread.update(this.properties(conv, waiting));
    chat.atEnd = this.thread.place.atEnd;
    composer.update({
      placeholder: t("writeIn", conv.title), disabled: this.closed(conv), about: this.about(conv),
      people: conv.kind === "group" ? () => people(chat, conv) : undefined,
      onSend: text => this.send(conv, text), onType: text => this.type(conv, text),
      onCancel: () => this.cancel(), onUp: () => this.actions.editLast(conv),
    });
  }

  properties(conv, waiting) {
    const { chat, actions } = this;
    const closed = this.closed(conv);
    return {
      rights: `${closed} ${conv.gone} ${chat.groups.role(conv)}`,
      key: conv.ready ? conv.id : `${conv.id} `, me: chat.me, items: [...conv.items(), ...waiting],
      names: conv.kind !== "single", nameOf: (id, whom) => id === chat.me ? t(whom ? "youWhom" : "you") : id,
      hasMore: conv.ready && conv.hasMore, loading: conv.loading || !conv.ready, empty: t("noMessages"), divider: conv.divider, unseen: conv.unread(),
      typing: typingText(conv), tick: m => tick(conv, m), quote: m => this.quote(conv, m), actions: m => actions.items(conv, m),
      pendingActions: m => actions.pending(conv, m), onOlder: () => chat.history.older(conv), onSeen: place => this.saw(conv, place),
      onReact: closed ? undefined : (m, emoji) => actions.react(m, emoji),
      onReply: closed ? undefined : m => actions.reply(conv, m), onQuote: m => this.jump(conv, m.reply.seq),
    };
  }

  saw(conv, place) {
    this.chat.atEnd = this.thread.place.atEnd;
    this.chat.saw(conv, place);
  }

  seen() { if (this.chat.current?.opened) this.thread.moved(); }

  // change keeps what was being written and takes up what was begun in the other conversation.
  change(conv) {
    if (this.conv) this.leave(this.conv);
    this.conv = conv;
    if (!conv) return;
    this.composer.value = conv.draft;
    this.resume(conv);
    if (!matchMedia("(pointer: coarse)").matches) requestAnimationFrame(() => this.composer.focus());
  }

  leave(conv) {
    const text = this.composer.value;
    if (!conv.editing) conv.draft = text;
    else if (text !== conv.editing.content) conv.unsaved = { m: conv.editing, text };
    conv.editing = undefined;
  }

  // resume goes on with an edit that hasn't come to its end.
  resume(conv) {
    const { unsaved } = conv;
    if (!unsaved || conv !== this.conv || conv.editing) return;
    conv.unsaved = undefined;
    this.actions.edit(conv, unsaved.m, unsaved.text);
  }

  focus() { if (this.chat.current && !this.chat.current.missing) this.composer.focus(); }

  // closed tells why nothing can be written; nothing, if it can.
  closed(conv) {
    if (conv.gone) return t("gone");
    if (conv.kind === "single" && this.chat.blocks.has(conv.peer)) return t("youBlocked", conv.peer);
    const why = conv.kind === "group" && this.chat.groups.silenced(conv);
    return why ? t(why) : undefined;
  }

  about(conv) {
    if (conv.editing) return { icon: "edit", title: t("editing"), text: plainText(conv.editing) };
    if (conv.reply) return { icon: "reply", title: t("replyTo", conv.reply.from === this.chat.me ? t("youWhom") : conv.reply.from), text: plainText(conv.reply) };
  }

  // cancel ends an edit or a reply; false if there is none.
  cancel() {
    const conv = this.chat.current;
    if (conv?.editing) this.endEdit(conv);
    else if (conv?.reply) conv.reply = undefined;
    else return false;
    this.chat.changed();
    return true;
  }

  send(conv, text) {
    if (conv.editing) return this.edit(conv, text);
    try {
      this.chat.pending.send(conv, text, { ...mentionOptions(this.chat, conv, text), replyTo: conv.reply && { id: conv.reply.id, seq: conv.reply.seq } });
    } catch (error) {
      toast(errorText(error), "error");
      return false;
    }
    conv.reply = undefined;
    conv.draft = "";
    queueMicrotask(() => this.resume(conv));
  }

  // edit sends what became of a message. A text that is refused comes back, as soon as nothing else is written.
  async edit(conv, text) {
    const m = conv.editing;
    queueMicrotask(() => this.endEdit(conv)); // the field empties itself before
    if (text === m.content || await tried(this.actions.learn("edit", m, this.chat.client.edit(m.id, text)))) return;
    conv.unsaved = { m, text };
    if (this.composer.value === "") this.resume(conv);
  }

  endEdit(conv) {
    conv.editing = undefined;
    if (conv === this.conv) this.composer.value = conv.draft;
    this.chat.changed();
  }

  type(conv, text) { if (text && !conv.editing) this.chat.client.typing(conv.target); }

  quote(conv, m) {
    const { chat } = this;
    const answered = m.reply.seq ? chat.history.quote(conv, m) : [...conv.log.messages.values()].find(other => other.id === m.reply.id);
    if (!answered) return { from: "", text: "…" };
    return { from: answered.from === chat.me ? t("you") : answered.from, text: plainText(answered) };
  }

  // jump goes to a message that may be far back.
  async jump(conv, place) {
    if (this.thread.reveal(place)) return;
    if (!await this.chat.history.reach(conv, place) || conv !== this.chat.current) return;
    this.update();
    if (!this.thread.reveal(place)) toast(t("notHere"));
  }
}

function typingText(conv) {
  const who = conv.typing();
  if (who.length === 0) return undefined;
  if (conv.kind === "single") return t("typing");
  return who.length > 2 ? t("manyType") : t("theyType", who);
}

// tick says of one's own message how far it has come.
function tick(conv, m) {
  if (isErased(m)) return undefined;
  return (conv.kind === "single" ? conv.peerRead : conv.othersRead) >= m.seq ? "read" : "sent";
}
