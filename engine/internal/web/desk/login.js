// Who works at the desk: in dev mode a name and a role, else a token.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { t } from "/shared/i18n.js";
import { switches } from "/shared/switches.js";

export function loginView({ config, error, onLogin }) {
  const dev = config.auth_mode === "dev";
  const submit = e => {
    e.preventDefault();
    const form = new FormData(e.target);
    const name = form.get("login").trim();
    if (name) onLogin(dev ? { user: name, role: form.get("role") } : { token: name });
  };
  return html`<main class="login">
    <form class="card" autocomplete="off" @submit=${submit}>
      <img src="/shared/favicon.svg" alt="" width="64" height="64">
      <h1>Gannet ${t("deskTitle")}</h1>
      ${dev ? devFields() : tokenField()}
      ${error ? html`<p class="error" role="alert">${error}</p>` : nothing}
      <button class="primary wide" data-testid="login">${t("logIn")}</button>
      <p class="quiet small">${dev ? t("deskHint") : t("deskTokenHint")}</p>
    </form>
    ${switches()}
  </main>`;
}

const devFields = () => html`
  <label class="field"><span>${t("yourName")}</span>
    <input name="login" required autofocus maxlength="64" pattern="[A-Za-z0-9._@\\-]+" placeholder="amy" autocapitalize="off" spellcheck="false"></label>
  <fieldset class="field choice"><legend>${t("loginAs")}</legend>
    <label><input type="radio" name="role" value="agent" checked><span>${t("roleAgent")}</span></label>
    <label><input type="radio" name="role" value="supervisor"><span>${t("roleSupervisor")}</span></label>
  </fieldset>`;

const tokenField = () => html`<label class="field"><span>${t("yourToken")}</span>
  <textarea name="login" required autofocus rows="4" placeholder="eyJ…" autocapitalize="off" spellcheck="false"></textarea></label>`;
