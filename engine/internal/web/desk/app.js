// The agents' console: login, connection, and which page is shown. What is known is in desk.js, each page
// has a file of its own.

import { Client, browserStore } from "/gannet.js";
import { html, nothing, render } from "/lib/lit-html/lit-html.js";
import { askSure, updateDialogs } from "/shared/dialog.js";
import { errorText } from "/shared/errors.js";
import { addTexts, onLanguage, t } from "/shared/i18n.js";
import { forgetLogin, keepLogin, takeLogin, userOf } from "/shared/login.js";
import { serverConfig, socketURL } from "/shared/server.js";
import { onTheme } from "/shared/theme.js";
import { toast } from "/shared/toast.js";
import { Desk } from "./desk.js";
import { arrows } from "./arrows.js";
import { frameView } from "./frame.js";
import { visitorName } from "./inbox.js";
import { keys } from "./keys.js";
import { loginView } from "./login.js";
import { RoomView } from "./roomview.js";
import { searchAgain } from "./sessions.js";
import { Bell } from "./bell.js";
import { chinese, english } from "./words.js";

addTexts(english, chinese);

const pages = ["inbox", "sessions", "team", "stats", "replies"];

// What the pages share: who is here, what is shown, and how to get elsewhere.
const app = {
  config: undefined, login: undefined, client: undefined, desk: undefined, room: undefined,
  state: { state: "connecting" }, page: "inbox", error: "",
  bell: new Bell(), draw: soonDraw, go, logOut, openSession, attempt,
};

start();

async function start() {
  try {
    app.config = await serverConfig();
  } catch {
    app.error = t("failedLoad");
  }
  const login = app.config && takeLogin(app.config);
  if (login) logIn(login);
  soonDraw();
}

function logIn(login) {
  const user = userOf(login);
  app.error = "";
  app.login = login;
  const client = app.client = new Client({
    url: socketURL(app.config), ...login, store: browserStore(`gannet.desk.${user}`), from: "ends",
  });
  const desk = new Desk(client, { changed: soonDraw, arrived, told });
  app.room = new RoomView(app, desk);
  let known = false; // the server has taken the login before
  client.on("state", state => {
    if (app.client !== client) return; // logged out
    app.state = state;
    if (state.state === "stopped" && ["unauthorized", "other_user"].includes(state.reason)) return fail(t(known ? "connLogin" : "reason_unauthorized"));
    if (state.state === "online") {
      known = true;
      load(desk);
    }
    soonDraw();
  });
}

async function load(desk) {
  try {
    await desk.load();
    if (desk.closed) return;
    app.desk = desk;
    route();
  } catch (error) {
    if (desk.closed) return;
    if (error.code === 403 || error.code === 404) fail(t("noAgent"));
    else if (error.reason !== "closed") desk.soon("load", () => load(desk));
  }
}

// fail is for a login that is of no use. What waits to be sent stays, for the same user's next one.
function fail(error) {
  app.client?.close();
  leave();
  app.error = error;
}

// Who logs out leaves nothing on the machine.
async function logOut() {
  const waiting = app.client.outbox().length;
  if (waiting > 0 && !await askSure({ title: t("logOut"), text: t("unsentWouldBeLost", waiting), action: t("logOut"), danger: true })) return;
  app.client?.forget();
  leave();
}

function leave() {
  app.room?.desk.close();
  forgetLogin();
  Object.assign(app, { client: undefined, desk: undefined, state: { state: "connecting" } });
  app.bell.clear();
  soonDraw();
}

// The address says which page is shown, so that the browser's back button works: #inbox/<session>, #team …
function go(page, id = "") { location.hash = id ? `${page}/${id}` : page; }
function openSession(id) { go(app.page === "sessions" ? "sessions" : "inbox", id); }

function route() {
  const [page, id] = location.hash.slice(1).split("/");
  const before = app.page;
  app.page = pages.includes(page) ? page : "inbox";
  if (!app.desk) return;
  if (app.page === "sessions" && before !== "sessions") searchAgain();
  app.desk.looksAtTeam = app.page === "team";
  if (app.desk.looksAtTeam) app.desk.soon("agents", () => app.desk.loadAgents());
  const shown = ["inbox", "sessions"].includes(app.page) ? id : "";
  if (app.desk.current !== shown) {
    app.desk.current = shown || undefined;
    app.room.show(app.desk.current);
  }
  soonDraw();
}

// attempt does what the server may refuse, and says so.
async function attempt(action, done) {
  try {
    const answer = await action();
    if (done) toast(done);
    return answer ?? true;
  } catch (error) {
    if (error?.reason === undefined) console.error(error);
    toast(errorText(error), "error");
    return undefined;
  }
}

function arrived(kind, session) {
  const looking = !document.hidden && app.desk?.current === session.session_id;
  if (!looking) app.bell.ring(t(kind === "session" ? "newSession" : "newMessage"));
}

function told(event, n) {
  if (event === "unsent") {
    const s = app.room.desk.sessions.get(n.session_id);
    return toast(t("unsentTo", s ? visitorName(s) : t("visitor"), errorText(n.error)), "error");
  }
  const name = app.desk?.nameOf(event === "unanswered" ? n.agent_id : n.user_id);
  toast(t(event === "unanswered" ? "unanswered" : "watchedBy", name));
}

let drawing = false;
function soonDraw() {
  if (drawing) return;
  drawing = true;
  queueMicrotask(() => { drawing = false; draw(); });
}

function draw() {
  document.body.classList.toggle("in-room", Boolean(app.desk?.current));
  if (!app.config) return render(app.error ? html`<p class="empty" role="alert">${app.error}</p>` : nothing, document.body);
  if (!app.client) return render(loginView({ config: app.config, error: app.error, onLogin: login => logIn(keepLogin(login)) }), document.body);
  if (!app.desk) return render(html`<main class="loading"><span class="spinner" role="status" aria-label=${t("connConnecting")}></span></main>`, document.body);
  app.room.draw();
  render(frameView(app), document.body);
  app.bell.count(app.desk.mine.reduce((n, id) => n + app.desk.unreadOf(app.desk.sessions.get(id)), 0));
  updateDialogs();
}

addEventListener("hashchange", route);
addEventListener("keydown", arrows);
addEventListener("keydown", e => { if (app.desk) keys(app, e); });
document.addEventListener("visibilitychange", () => {
  app.bell.clear();
  if (!document.hidden) app.room?.room?.shown();
  soonDraw();
});
setInterval(() => { if (!document.hidden && app.desk) soonDraw(); }, 5_000); // waiting times go on
onLanguage(soonDraw);
onTheme(soonDraw);
