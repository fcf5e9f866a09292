// The chat page. From the address and what is kept it finds out who we are, and then draws what chat.js
// holds, after each change.

import { html, render } from "/lib/lit-html/lit-html.js";
import { forgetLogin, loginView, takeLogin, userOf } from "/shared/login.js";
import { onLanguage, t } from "/shared/i18n.js";
import { onTheme } from "/shared/theme.js";
import { serverConfig } from "/shared/server.js";
import { askSure, updateDialogs } from "/shared/dialog.js";
import "./texts.js";
import { Chat } from "./chat.js";
import { Keys } from "./keys.js";
import { Room } from "./room.js";
import { Route } from "./route.js";
import { Banner } from "./banner.js";
import { List } from "./list.js";
import { showUnread } from "./title.js";

class App {
  async start() {
    onLanguage(() => this.draw());
    onTheme(() => this.draw());
    try {
      this.config = await serverConfig();
    } catch {
      return render(failedView(), root);
    }
    const login = takeLogin(this.config);
    if (login) this.enter(login); else this.draw();
  }

  enter(login) {
    if (!userOf(login)) return this.refused("reason_unauthorized"); // no token at all
    this.problem = undefined;
    this.chat = new Chat({
      config: this.config, login,
      onChange: () => this.draw(),
      onLogout: reason => this.leave(reason),
    });
    this.banner = new Banner(this.chat);
    this.list = new List(this.chat, { logOut: () => this.logOut() });
    this.room = new Room(this.chat);
    this.route = new Route(this.chat);
    this.keys = new Keys(this.chat, this.room);
    this.draw();
  }

  // leave goes back to the login; problem is the key of a text that says why.
  async leave(problem) {
    const { client } = this.chat;
    this.chat.close();
    this.route.close();
    this.room.close();
    this.keys.close();
    if (!problem) this.chat.pending.forget();
    await (problem ? client.close() : client.forget());
    this.refused(problem);
  }

  refused(problem) {
    forgetLogin();
    Object.assign(this, { chat: undefined, problem });
    this.draw();
  }

  async logOut() {
    const waiting = this.chat.client.outbox().length;
    const sure = waiting === 0 || await askSure({ title: t("logOut"), text: t("unsentWouldBeLost", waiting), action: t("logOut"), danger: true });
    if (sure) this.leave();
  }

  draw() {
    if (!this.config) return;
    if (!this.chat) {
      showUnread(0);
      const onLogin = login => this.enter(login);
      return render(loginView({ config: this.config, title: "Gannet", tagline: t("tagline"), error: this.problem && t(this.problem), onLogin }), root);
    }
    this.chat.pending.refresh();
    render(this.view(), root);
    this.banner.update();
    this.list.update();
    this.room.update();
    updateDialogs();
    showUnread(this.chat.unread());
  }

  view() {
    return html`<div class="app" data-screen=${this.chat.current ? "thread" : "list"}>
      ${this.banner.element}
      <aside class="side">${this.list.view()}</aside>
      <main class="main">${this.room.view()}</main>
    </div>`;
  }
}

const failedView = () => html`<main class="login"><div class="card"><h1>Gannet</h1><p class="error" role="alert">${t("noServer")}</p>
  <button class="primary" @click=${() => location.reload()}>${t("retry")}</button></div></main>`;

const root = document.getElementById("app");
new App().start();
