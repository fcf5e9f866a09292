// What stands where one writes when a chat is over: stars, a comment, and the way to the next chat.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { icon } from "/shared/icons.js";
import { t } from "/shared/i18n.js";

const mostComment = 1024; // bytes
const ended = { silent: "endedSilent", merged: "endedMerged" };

export class Rating {
  #chosen = 0;
  #of = "";
  #failed = false;

  constructor(changed) { this.changed = changed; }

  view(talk) {
    const s = talk.session;
    if (this.#of !== s.session_id) [this.#of, this.#chosen, this.#failed] = [s.session_id, 0, false];
    const served = Boolean(s.agent_id);
    return html`<section class="ended" data-testid="over">
      ${ended[s.reason] ? html`<p>${t(ended[s.reason])}</p>` : nothing}
      ${s.rating ? html`<p class="thanks" role="status" data-testid="rated">${this.#stars(s.rating)}<span>${t("rated")}</span></p>` : served && s.reason !== "merged" ? this.#formView(talk) : nothing}
      <button type="button" class=${s.rating || !served ? "primary wide" : "ghost"} data-testid="new-chat" @click=${() => talk.anew()}>${t("newChat")}</button>
    </section>`;
  }

  #stars(n) {
    return html`<span class="stars" role="img" aria-label=${t("stars", n)}>${[1, 2, 3, 4, 5].map(i => html`<i class=${i <= n ? "on" : ""}>${icon("star")}</i>`)}</span>`;
  }

  #formView(talk) {
    const choose = n => { this.#chosen = n; this.changed(); };
    return html`<form @submit=${e => this.#submit(e, talk)}>
      <fieldset class="stars" aria-label=${t("rateAsk")}><legend>${t("rateAsk")}</legend>${[1, 2, 3, 4, 5].map(n => html`
        <label class=${n <= this.#chosen ? "on" : ""} title=${t("stars", n)}><input type="radio" name="stars" value=${n} aria-label=${t("stars", n)} data-testid="star-${n}"
          .checked=${n === this.#chosen} @change=${() => choose(n)}>${icon("star")}</label>`)}</fieldset>
      ${this.#chosen ? html`<textarea name="comment" rows="2" maxlength="340" aria-label=${t("rateComment")} placeholder=${t("rateComment")} data-testid="comment"></textarea>
        ${this.#failed ? html`<p class="error" role="alert">${t("failed")}</p>` : nothing}
        <button class="primary wide" data-testid="send-rating">${t("rateSend")}</button>` : nothing}
    </form>`;
  }

  async #submit(e, talk) {
    e.preventDefault();
    try {
      await talk.rate(this.#chosen, shortened(new FormData(e.target).get("comment").trim()));
    } catch {
      this.#failed = true;
      this.changed();
    }
  }
}

// shortened keeps a comment below the server's bound.
function shortened(text) {
  const bytes = new TextEncoder().encode(text);
  return bytes.length <= mostComment ? text : new TextDecoder().decode(bytes.slice(0, mostComment - 3)).replace(/\uFFFD$/, "");
}
