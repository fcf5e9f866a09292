// What stands for a user's or a group's picture: initials on a colour of their own.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { hue, initials } from "./text.js";

// avatar takes the id, and of the rest what there is: name, size ("small", "large"), group, and
// presence ("online", "offline" or nothing, if it isn't known).
export function avatar(id, { name = id, size = "", group = false, presence } = {}) {
  return html`<span class="avatar hue-${hue(id)} ${size}" aria-hidden=${presence ? nothing : "true"}>
    ${group ? icon("group") : html`<span>${initials(name)}</span>`}
    ${presence ? html`<i class="dot ${presence}" role="img" aria-label=${t(presence)} title=${t(presence)}></i>` : nothing}
  </span>`;
}
