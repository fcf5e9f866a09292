// Reads the history of conversations, page by page.

import { errorText } from "/shared/errors.js";
import { toast } from "/shared/toast.js";
import { t } from "/shared/i18n.js";

const pageSize = 50;
const farPage = 100;    // for going back a long way
const mostPages = 50;   // of these, to the message that a reply is about
const againAfter = 10_000; // ms, if something couldn't be read
const unreadPages = 4;

const passing = new Set(["timeout", "closed", "stopped", "network", "busy", "rate_limited", "internal", "shutting_down"]); // reasons

export class History {
  constructor(chat) { this.chat = chat; }

  // open reads the newest page of a conversation that hasn't been, and on to where one had read.
  async open(conv) {
    if (conv.entering) return;
    conv.entering = true;
    await this.read(conv);
    conv.entering = false;
    this.chat.changed();
  }

  async read(conv) {
    if (!conv.opened && !await this.older(conv, pageSize)) return;
    for (let i = 0; i < unreadPages && conv.unread() > 0 && conv.from > conv.read + 1 && conv.hasMore; i++) {
      if (!await this.older(conv, farPage)) return;
    }
  }

  // older reads one page more; false if there is nothing to read, or it failed.
  async older(conv, limit = pageSize) {
    if (conv.loading || (conv.opened && !conv.hasMore)) return false;
    conv.loading = true;
    this.chat.changed();
    try {
      conv.addPage(await this.chat.client.history(conv.target, { limit, before: conv.opened ? conv.from : undefined }));
      return true;
    } catch (error) {
      this.failed(conv, error);
      return false;
    } finally {
      conv.loading = false;
      this.chat.changed();
    }
  }

  // What isn't answered for want of a connection is asked for again when there is one.
  failed(conv, error) {
    if (error.reason === "not_found") conv.missing = true;
    else if (!["timeout", "closed", "stopped", "network"].includes(error.reason)) toast(errorText(error), "error");
  }

  // reach reads back until the message at a place is there, if it isn't too far back.
  async reach(conv, place) {
    for (let i = 0; i < mostPages && conv.from > place; i++) if (!await this.older(conv, farPage)) return false;
    if (conv.from > place) toast(t("tooFar"));
    return conv.from <= place;
  }

  // refresh reads messages anew whose content was changed to we don't know what.
  async refresh(conv) {
    for (const { seq } of conv.log.stale()) {
      try {
        const m = await this.chat.client.message(conv.id, seq);
        if (m) conv.log.add(m);
      } catch (error) { return this.later(conv, error, () => this.refresh(conv)); }
    }
    this.chat.changed();
  }

  // later does again what has failed, if that can help.
  later(what, error, again) {
    if (!passing.has(error.reason)) return;
    clearTimeout(what.again);
    what.again = setTimeout(() => { if (!this.chat.closed) again(); }, againAfter);
  }

  // quote is the message that m answers, as far as it is known by now.
  quote(conv, m) {
    const { seq } = m.reply;
    const here = conv.log.get(seq) ?? conv.quotes.get(seq);
    if (!here && !conv.quotes.has(seq)) this.fetchQuote(conv, seq);
    return here;
  }

  async fetchQuote(conv, seq) {
    conv.quotes.set(seq, undefined);
    let m;
    try {
      m = await this.chat.client.message(conv.id, seq);
    } catch (error) { return this.later({}, error, () => { conv.quotes.delete(seq); this.chat.changed(); }); }
    if (!m) return;
    conv.quotes.set(seq, { kind: "message", ...m, contentType: m.content_type, expiresAt: m.expires_at, recalled: Boolean(m.recalled) });
    this.chat.changed();
  }
}
