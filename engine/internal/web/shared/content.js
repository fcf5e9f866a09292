// What a message says: as a template for the thread, and as one line of text for lists and quotes.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { icon } from "./icons.js";
import { isErased } from "./entries.js";
import { isLink, link, linkify } from "./text.js";
import { t } from "./i18n.js";

const longestLine = 400; // characters
const onlyEmojis = /^\p{RGI_Emoji}{1,3}$/v;

// contentView shows the content of an item of entries.js. Pictures are links: nothing is loaded from elsewhere.
export function contentView(m) {
  if (isErased(m)) return html`<em class="erased">${erasedText(m)}</em>`;
  const picture = pictureOf(m);
  if (picture !== undefined) return html`<span class="picture">${icon("image")}${isLink(picture) ? link(picture) : picture}</span>${caption(m)}`;
  const text = textOf(m.content);
  if (onlyEmojis.test(text)) return html`<span class="text big">${text}</span>`;
  if (text !== undefined) return html`<span class="text">${linkify(text, mentionWords(m))}</span>`;
  return html`<code class="raw" dir="ltr">${m.contentType ? html`<b>${m.contentType}</b>` : nothing}${JSON.stringify(m.content, null, 1)}</code>`;
}

// plainText is the beginning of the content, in one line.
export function plainText(m) {
  if (isErased(m)) return erasedText(m);
  const picture = pictureOf(m);
  const text = picture === undefined ? textOf(m.content) ?? JSON.stringify(m.content) : `[${t("picture")}] ${m.content?.text ?? picture}`;
  return text.slice(0, longestLine).replace(/\s+/g, " ").trim();
}

const erasedText = m => t(m.recalled ? "recalled" : "expired");

// Not all clients write plain text; many put it into an object.
export const textOf = content => typeof content === "string" ? content
  : typeof content?.text === "string" && !pictureIn(content) ? content.text : undefined;

function pictureOf({ content, contentType }) {
  if (contentType === "image" && typeof content === "string") return content;
  return pictureIn(content);
}

function pictureIn(content) {
  const address = content?.img ?? content?.image ?? content?.url;
  return typeof address === "string" ? address : undefined;
}

const caption = m => typeof m.content?.text === "string" ? html`<span class="text">${linkify(m.content.text, mentionWords(m))}</span>` : nothing;

const mentionWords = ({ mentions }) => mentions === "all" ? ["@all", "@所有人"] : (mentions ?? []).map(id => `@${id}`);
