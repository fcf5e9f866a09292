// The left side: who we are, search, and the conversations.

import { html, nothing, render } from "/lib/lit-html/lit-html.js";
import { classMap } from "/lib/lit-html/directives/class-map.js";
import { live } from "/lib/lit-html/directives/live.js";
import { repeat } from "/lib/lit-html/directives/repeat.js";
import { avatar } from "/shared/avatar.js";
import { icon } from "/shared/icons.js";
import { languageItems, themeItems } from "/shared/switches.js";
import { moment, shortTime } from "/shared/text.js";
import { openMenu } from "/shared/menu.js";
import { plainText } from "/shared/content.js";
import { t } from "/shared/i18n.js";
import { Lines } from "./lines.js";
import { conversationItems } from "./conversation_menu.js";
import { go } from "./route.js";
import { openBlocks } from "./blocks_dialog.js";
import { openNew } from "./new_dialog.js";
import { singleId } from "./conversation.js";

export class List {
  constructor(chat, { logOut }) {
    Object.assign(this, { chat, logOut });
    this.shown = [];
    this.element = document.createElement("nav");
    this.element.className = "lines";
    this.element.addEventListener("keydown", e => this.lineKey(e));
    this.lines = new Lines(this.element, () => this.draw());
  }

  view() {
    const { chat, logOut } = this;
    return html`
      <header class="bar">
        ${avatar(chat.me, { presence: chat.state.state === "online" ? "online" : "offline" })}
        <div class="grow"><strong class="ellipsis" data-testid="me">${chat.me}</strong></div>
        <button type="button" class="icon-button" data-testid="new" aria-label=${t("newChat")} title=${t("newChat")} @click=${() => openNew(chat)}>${icon("plus")}</button>
        <button type="button" class="icon-button" data-testid="menu" aria-haspopup="menu" aria-label=${t("menu")} title=${t("menu")}
          @click=${e => openMainMenu(e.currentTarget, chat, logOut)}>${icon("menu")}</button>
      </header>
      <div class="search">${icon("search")}
        <input type="search" data-testid="search" aria-label=${t("search")} placeholder=${t("search")} autocomplete="off" spellcheck="false" maxlength="64"
          .value=${live(chat.search)} @input=${e => { chat.search = e.target.value; chat.changed(); }} @keydown=${e => this.searchKey(e)}></div>
      ${this.element}`;
  }

  // update draws the lines; view has put them into the page.
  update() {
    this.shown = this.chat.shown();
    this.draw();
  }

  draw() {
    const { element, lines, shown } = this;
    lines.fit(shown.length);
    element.setAttribute("aria-label", t("conversations"));
    render(this.linesView(), element);
    lines.pad(element.querySelector("ul"));
  }

  linesView() {
    const { chat, shown, lines: { low, high } } = this;
    return html`
      <ul>${repeat(shown.slice(low, high), conv => conv.id, (conv, i) => html`<li aria-setsize=${shown.length} aria-posinset=${low + i + 1}>${line(chat, conv)}</li>`)}</ul>
      ${newUserView(chat)}
      ${!chat.loaded ? html`<div class="center"><span class="spinner"></span></div>` : nothing}
      ${chat.loaded && shown.length === 0 && !chat.search ? emptyView(chat) : nothing}
      ${shown.length === 0 && chat.search && !chat.newUser() ? html`<p class="center quiet">${t("nothingFound")}</p>` : nothing}`;
  }

  searchKey(e) {
    const { chat, element } = this;
    if (e.isComposing) return;
    if (e.key === "ArrowDown") {
      e.preventDefault();
      element.scrollTop = 0;
      this.update();
      element.querySelector(".line")?.focus();
    } else if (e.key === "Enter") {
      const id = chat.shown()[0]?.id ?? (chat.newUser() && singleId(chat.me, chat.newUser()));
      if (id) { chat.search = ""; go(id); chat.changed(); }
    }
  }

  // The arrows go up and down the list; above its first line is the search.
  lineKey(e) {
    if (e.key !== "ArrowDown" && e.key !== "ArrowUp") return;
    const step = e.key === "ArrowDown" ? 1 : -1;
    const from = document.activeElement;
    if (!from.classList.contains("line")) return;
    e.preventDefault();
    if (!this.beside(from, step)) this.draw(); // the focus was faster than the scrolling
    const to = this.beside(from, step);
    if (to || step > 0) to?.focus();
    else document.querySelector("[data-testid=search]").focus();
  }

  beside(line, step) {
    const drawn = [...this.element.querySelectorAll(".line")];
    return drawn[drawn.indexOf(line) + step];
  }
}

const emptyView = chat => html`<div class="center quiet"><p>${t("noConversations")}</p>
  <button type="button" class="primary" @click=${() => openNew(chat)}>${t("newChat")}</button></div>`;

function newUserView(chat) {
  const id = chat.newUser();
  if (!id) return nothing;
  return html`<button type="button" class="line" data-testid="new-user" @click=${() => { chat.search = ""; go(singleId(chat.me, id)); }}>
    ${avatar(id)}<div class="grow"><div class="ellipsis">${t("writeTo", id)}</div></div></button>`;
}

function line(chat, conv) {
  const unread = conv.unread();
  const open = conv === chat.current;
  const last = conv.last();
  return html`<button type="button" class=${classMap({ line: true, open, unread: unread > 0 })} data-testid="line" data-conv=${conv.id} aria-current=${open ? "true" : nothing}
    @click=${() => go(conv.id)} @contextmenu=${e => { e.preventDefault(); openMenu(e.currentTarget, conversationItems(chat, conv)); }}>
    ${avatar(conv.peer ?? conv.id, { name: conv.title, group: conv.kind === "group", presence: chat.presence.of(conv.peer) })}
    <div class="grow">
      <div class="row-of"><strong class="grow ellipsis" dir="auto">${conv.title}</strong>
        ${conv.muted ? icon("bellOff", "mark") : nothing}${conv.pinned ? icon("pin", "mark") : nothing}
        ${conv.updatedAt > 0 ? html`<time class="small quiet" title=${moment(conv.updatedAt)}>${shortTime(conv.updatedAt)}</time>` : nothing}</div>
      <div class="row-of"><span class="grow ellipsis quiet preview" dir="auto">${preview(chat, conv, last)}</span>
        ${conv.mentioned() ? html`<span class="badge" aria-label=${t("mentioned")} title=${t("mentioned")}>@</span>` : nothing}
        ${unread > 0 ? html`<span class="badge ${conv.muted ? "muted" : ""}" data-testid="unread" aria-label=${t("unread", unread)}>${unread > 999 ? "999+" : unread}</span>` : nothing}</div>
    </div></button>`;
}

function preview(chat, conv, last) {
  const typing = conv.typing();
  if (typing.length > 0) return html`<em class="accent">${t("typing")}</em>`;
  const waiting = chat.pending.of(conv).at(-1);
  if (conv.draft && conv !== chat.current) return html`<span class="draft">${t("draft")}</span> ${conv.draft}`;
  const m = waiting ?? last;
  if (!m) return conv.kind === "group" && conv.groupId !== conv.title ? conv.groupId : "";
  const who = m.from === chat.me ? t("youSay") : conv.kind === "single" ? "" : `${m.from}: `;
  return html`${waiting ? icon(waiting.state === "failed" ? "warning" : "clock", "inline") : nothing}${who}${plainText(m)}`;
}

function openMainMenu(anchor, chat, logOut) {
  openMenu(anchor, [
    ...themeItems(),
    ...languageItems(),
    { key: "blocks", label: t("blocked"), icon: "ban", run: () => openBlocks(chat) },
    { key: "logout", label: t("logOut"), icon: "leave", danger: true, run: logOut },
  ], { label: t("menu") });
}
