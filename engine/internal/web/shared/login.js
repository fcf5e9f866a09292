// Who uses the page: a name in dev mode, else a token. It is kept for this tab, so that a reload
// doesn't ask again and two tabs can be two users.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { switches } from "./switches.js";
import { t } from "./i18n.js";

const goodName = /^[A-Za-z0-9._@-]{1,64}$/;

// takeLogin gives the login from the address (?uid=, &role=, #token=), else the one that is kept, else
// undefined: { user, role } or { token }. A token doesn't stay in the address, where others might see it.
export function takeLogin(config) {
  const query = new URLSearchParams(location.search);
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token) {
    history.replaceState(null, "", location.pathname + location.search);
    return keepLogin({ token });
  }
  const kept = read();
  if (config.auth_mode !== "dev") return kept?.token ? kept : undefined;
  const user = query.get("uid");
  if (user && goodName.test(user)) return keepLogin({ user, role: query.get("role") ?? undefined });
  return kept?.user || kept?.token ? kept : undefined;
}

export function keepLogin(login) {
  try { sessionStorage.setItem("gannet.login", JSON.stringify(login)); } catch { /* until the reload */ }
  return login;
}

export function forgetLogin() {
  try { sessionStorage.removeItem("gannet.login"); } catch { /* nothing was kept */ }
  const address = new URL(location.href);
  address.searchParams.delete("uid");
  address.hash = "";
  history.replaceState(null, "", address);
}

// userOf is the user a login is for, as far as a page can tell.
export function userOf({ user, token }) {
  if (user) return user;
  try {
    const claims = atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(claims, c => c.charCodeAt(0)))).sub;
  } catch { return undefined; }
}

// loginView asks who it is and calls onLogin with the answer. title and tagline are the page's; error is
// why the login before was no good.
export function loginView({ config, title, tagline, error, role, onLogin }) {
  const dev = config.auth_mode === "dev";
  const submit = e => {
    e.preventDefault();
    const value = new FormData(e.target).get("login").trim();
    if (value) onLogin(keepLogin(dev ? { user: value, role } : { token: value }));
  };
  return html`<main class="login">
    <form class="card" autocomplete="off" @submit=${submit}>
      <img src="/shared/favicon.svg" alt="" width="64" height="64">
      <h1>${title}</h1>
      <p class="quiet">${tagline}</p>
      ${dev ? nameField() : tokenField()}
      ${error ? html`<p class="error" role="alert">${error}</p>` : nothing}
      <button class="primary wide" data-testid="login">${t("logIn")}</button>
      <p class="quiet small">${dev ? t("devHint") : t("tokenHint")}</p>
    </form>
    ${switches()}
  </main>`;
}

const nameField = () => html`<label class="field"><span>${t("yourName")}</span>
  <input name="login" required autofocus maxlength="64" pattern="[A-Za-z0-9._@\\-]+" placeholder="alice" autocapitalize="off" spellcheck="false"
    title=${t("nameRule")}></label>`;

const tokenField = () => html`<label class="field"><span>${t("yourToken")}</span>
  <textarea name="login" required autofocus rows="4" placeholder="eyJ…" autocapitalize="off" spellcheck="false"></textarea></label>`;

function read() {
  try { return JSON.parse(sessionStorage.getItem("gannet.login") ?? "null") ?? undefined; } catch { return undefined; }
}
