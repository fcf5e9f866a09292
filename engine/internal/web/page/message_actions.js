// What can be done with one message.

import { isErased } from "/shared/entries.js";
import { textOf } from "/shared/content.js";
import { toast } from "/shared/toast.js";
import { tried } from "/shared/errors.js";
import { t } from "/shared/i18n.js";
import { openReaders } from "./readers_dialog.js";

export class MessageActions {
  constructor(room) {
    this.room = room;
    this.chat = room.chat;
    // Ages in ms at which the server found messages too old. It alone knows its bounds.
    this.tooOld = { recall: Infinity, edit: Infinity };
  }

  items(conv, m) {
    if (isErased(m)) return [];
    const own = m.from === this.chat.me;
    const open = !this.room.closed(conv);
    const text = textOf(m.content);
    return [
      open && { key: "do-reply", label: t("reply"), icon: "reply", run: () => this.reply(conv, m) },
      text !== undefined && { key: "copy", label: t("copy"), icon: "copy", run: () => this.copy(text) },
      open && this.canEdit(m) && { key: "edit", label: t("edit"), icon: "edit", run: () => this.edit(conv, m) },
      own && conv.kind === "group" && { key: "readers", label: t("readers"), icon: "checks", run: () => openReaders(this.chat, conv, m) },
      this.canRecall(conv, m) && { key: "recall", label: t("recall"), icon: "undo", danger: true, run: () => this.recall(m) },
    ].filter(Boolean);
  }

  // pending is for a message that isn't stored: one that hasn't gone out can be called off.
  pending(conv, m) {
    if (m.state === "failed") return [
      { key: "again", label: t("tryAgain"), run: () => this.chat.pending.again(conv, m) },
      { key: "discard", label: t("discard"), run: () => this.chat.pending.discard(m.cid) },
    ];
    return m.state === "queued" && !m.tried ? [{ key: "cancel-send", label: t("cancel"), run: () => this.cancel(conv, m) }] : [];
  }

  cancel(conv, m) {
    if (this.chat.client.cancel(m.cid) && this.room.composer.value === "" && typeof m.content === "string") this.room.composer.value = m.content;
    this.chat.changed();
  }

  canEdit(m) {
    return m.from === this.chat.me && typeof m.content === "string" && !m.contentType && Date.now() - m.time < this.tooOld.edit;
  }

  canRecall(conv, m) {
    if (conv.gone) return false;
    if (conv.kind === "group" && this.chat.groups.runs(conv)) return true;
    return m.from === this.chat.me && Date.now() - m.time < this.tooOld.recall;
  }

  // learn passes a promise on and remembers from its failure what is too old.
  async learn(verb, m, promise) {
    try {
      await promise;
    } catch (error) {
      if (error.reason === `${verb}_expired`) this.tooOld[verb] = Math.min(this.tooOld[verb], Date.now() - m.time);
      throw error;
    }
  }

  reply(conv, m) {
    this.room.cancel();
    conv.reply = m;
    this.chat.changed();
    this.room.focus();
  }

  // edit puts a message into the field; what stands there is kept until that is over.
  edit(conv, m, text = m.content) {
    const { composer } = this.room;
    if (!conv.editing) conv.draft = composer.value;
    conv.editing = m;
    composer.value = text;
    this.chat.changed();
    this.room.focus();
  }

  // editLast edits the last message that one wrote oneself; false if there is none that can be.
  editLast(conv) {
    const last = conv.items().findLast(m => m.kind === "message" && m.from === this.chat.me && !isErased(m));
    if (!last || !this.canEdit(last) || this.room.closed(conv)) return false;
    this.edit(conv, last);
    return true;
  }

  recall(m) { return tried(this.learn("recall", m, this.chat.client.recall(m.id))); }

  react(m, emoji) {
    const remove = Boolean(m.reactions.get(emoji)?.has(this.chat.me));
    return tried(this.chat.client.react(m.id, emoji, { remove }));
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      toast(t("copied"));
    } catch { toast(t("error"), "error"); }
  }
}
