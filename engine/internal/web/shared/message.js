// One message of a thread: its bubble, with what it answers, its ticks and its reactions.

import { classMap } from "/lib/lit-html/directives/class-map.js";
import { html, nothing } from "/lib/lit-html/lit-html.js";
import { avatar } from "./avatar.js";
import { contentView } from "./content.js";
import { icon } from "./icons.js";
import { isErased } from "./entries.js";
import { clock, hue, moment } from "./text.js";
import { openMenu } from "./menu.js";
import { t } from "./i18n.js";

export const quickEmojis = ["👍", "❤️", "😂", "🎉", "😮", "😢"];
export const emojis = [...quickEmojis, "👎", "🙏", "👏", "🔥", "✅", "❌", "👀", "💯", "🤔", "😊", "😍", "😅", "😭", "😡", "🚀", "☕", "🎂", "💪"];

const tickIcons = { queued: "clock", sending: "clock", sent: "check", read: "checks", failed: "warning" };

// messageView draws an item. at says how it stands among its neighbours: { first, last } of a run of one
// sender's. p are the thread's properties.
export function messageView(m, at, p) {
  const own = m.from === p.me;
  const erased = isErased(m);
  return html`<div class=${classMap({ message: true, own, first: at.first, last: at.last, erased, failed: m.state === "failed" })}>
    ${p.names && !own ? html`<div class="face">${at.last ? avatar(m.from, { name: p.nameOf(m.from), size: "small" }) : nothing}</div>` : nothing}
    <div class="stack">
      <div class="bubble" dir="auto" data-testid="bubble">
        ${p.names && !own && at.first ? html`<span dir="auto" class="who hue-${hue(m.from)}">${p.nameOf(m.from)}</span>` : nothing}
        ${quoteView(m, p)}
        <div class="content">${contentView(m)}</div>
        <span class="meta" dir="ltr">${m.edited && !erased ? html`<span>${t("edited")}</span>` : nothing}
          <time title=${moment(m.time)}>${clock(m.time)}</time>${own && !erased ? tick(m, p) : nothing}</span>
      </div>
      ${reactionsView(m, p)}
      ${m.state ? pendingView(m, p) : nothing}
    </div>
    ${m.state ? nothing : toolsView(m, p, erased)}
  </div>`;
}

function quoteView(m, p) {
  const quote = m.reply && p.quote?.(m);
  if (!quote) return nothing;
  return html`<button type="button" class="quote" dir="auto" tabindex="-1" data-testid="quote" aria-label=${t("jumpToQuote")} @click=${() => p.onQuote?.(m)}>
    <b dir="auto">${quote.from}</b><span dir="auto">${quote.text}</span></button>`;
}

function tick(m, p) {
  const state = m.state ?? p.tick?.(m);
  return state ? html`<span class="tick ${state}" role="img" data-testid="tick" data-tick=${state} aria-label=${t(`tick_${state}`)} title=${t(`tick_${state}`)}>${icon(tickIcons[state])}</span>` : nothing;
}

function reactionsView(m, p) {
  if (m.reactions.size === 0) return nothing;
  return html`<div class="reactions">${[...m.reactions].map(([emoji, users]) => html`
    <button type="button" tabindex="-1" aria-pressed=${users.has(p.me)} title=${[...users].map(p.nameOf).join(", ")} data-testid="reaction"
      aria-label=${`${emoji} ${users.size}`} ?disabled=${!p.onReact} @click=${() => p.onReact?.(m, emoji)}>${emoji}<span>${users.size}</span></button>`)}</div>`;
}

// What hasn't been stored can be called off, or tried again.
function pendingView(m, p) {
  const actions = p.pendingActions?.(m) ?? [];
  if (actions.length === 0 && !m.error) return nothing;
  return html`<div class="pending">${m.error ? html`<span class="error">${m.error}</span>` : nothing}
    ${actions.map(a => html`<button type="button" class="link" data-testid=${a.key} @click=${a.run}>${a.label}</button>`)}</div>`;
}

function toolsView(m, p, erased) {
  const actions = p.actions?.(m) ?? [];
  const canReact = Boolean(p.onReact) && !erased;
  if (actions.length === 0 && !canReact) return nothing;
  return html`<div class="tools">
    ${canReact ? html`<button type="button" class="icon-button" tabindex="-1" data-testid="react" aria-label=${t("react")} title=${t("react")}
      @click=${e => openEmojis(e.currentTarget, emoji => p.onReact(m, emoji))}>${icon("smile")}</button>` : nothing}
    ${p.onReply && !erased ? html`<button type="button" class="icon-button wide-only" tabindex="-1" data-testid="reply" aria-label=${t("reply")} title=${t("reply")}
      @click=${() => p.onReply(m)}>${icon("reply")}</button>` : nothing}
    ${actions.length > 0 ? html`<button type="button" class="icon-button" tabindex="-1" data-testid="more" aria-haspopup="menu" aria-label=${t("more")} title=${t("more")}
      @click=${e => openActions(e.currentTarget, m, p)}>${icon("more")}</button>` : nothing}
  </div>`;
}

// openActions opens the menu of a message: quick reactions, and those that are there, above what else can be
// done. All that the mouse finds at the message is in it, for the keyboard.
export function openActions(anchor, m, p) {
  const react = p.onReact && !isErased(m);
  const own = [...m.reactions].filter(([, users]) => users.has(p.me)).map(([emoji]) => emoji);
  const row = [...new Set([...quickEmojis, ...m.reactions.keys()])];
  openMenu(anchor, [
    react && { key: "more-emojis", label: t("moreReactions"), icon: "smile", run: () => openEmojis(anchor, emoji => p.onReact(m, emoji)) },
    m.reply && p.onQuote && { key: "to-quote", label: t("jumpToQuote"), icon: "up", run: () => p.onQuote(m) },
    ...p.actions(m),
  ], {
    label: t("more"),
    header: react && (close => emojiRow(row, emoji => { close(); p.onReact(m, emoji); }, own)),
  });
}

function openEmojis(anchor, pick) {
  openMenu(anchor, [], { label: t("react"), header: close => emojiRow(emojis, emoji => { close(); pick(emoji); }) });
}

// emojiRow is a choice of emojis; those of own are chosen already.
const emojiRow = (list, pick, own = []) => html`<div class="emojis">${list.map(emoji => html`
  <button type="button" data-emoji=${emoji} aria-label=${emoji} aria-pressed=${own.includes(emoji) ? "true" : nothing} @click=${() => pick(emoji)}>${emoji}</button>`)}</div>`;
