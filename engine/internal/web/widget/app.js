// The chat in the frame: what the site's page says, the talk, and how both look.

import { html, nothing, render } from "/lib/lit-html/lit-html.js";
import { avatar } from "/shared/avatar.js";
import { Composer } from "/shared/composer.js";
import { addTexts, t } from "/shared/i18n.js";
import { icon } from "/shared/icons.js";
import { openMenu } from "/shared/menu.js";
import { askSure } from "/shared/dialog.js";
import { serverConfig, socketURL } from "/shared/server.js";
import { Thread } from "/shared/thread.js";
import { Rating } from "./rating.js";
import { Site } from "./site.js";
import { Talk } from "./talk.js";
import { chinese, english } from "./words.js";

addTexts(english, chinese);

const site = new Site();
const thread = new Thread();
const composer = new Composer();
const rating = new Rating(soonDraw);
let settings = { title: "", identity: undefined };
let config, talk, shown = !site.framed, unread = 0;
let turn = Promise.resolve();

site.on("config", said => inTurn(() => begin(said)));
site.on("identity", ({ identity }) => inTurn(() => identify(identity)));
site.on("opened", () => { shown = true; soonDraw(); focus(); });
site.on("closed", () => { shown = false; });
addEventListener("keydown", e => {
  if (e.key === "Escape" && !e.defaultPrevented && !document.querySelector("dialog[open], .menu")) site.say("close");
});
document.addEventListener("visibilitychange", soonDraw);
if (site.framed) site.say("ready"); else inTurn(() => begin({ title: "" }));

// inTurn makes one change of who is here after the other: a page may say who it is, and that it is nobody
// any more, in one breath, and what comes last has to count.
function inTurn(change) { turn = turn.then(change).catch(error => console.error(error)); }

async function begin(said) {
  settings = said;
  dress(said);
  config ??= await load();
  await start();
}

// load asks until the server answers: without it there is nothing to show.
async function load() {
  for (let delay = 1000; ; delay = Math.min(2 * delay, 15_000)) {
    try { return await serverConfig(); } catch { await new Promise(wake => setTimeout(wake, delay)); }
  }
}

// The site's colour, and light or dark. Its language is in the frame's address.
function dress({ color, onColor, theme }) {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  if (!color) return;
  const { style } = document.documentElement;
  style.setProperty("--brand", color);
  style.setProperty("--on-brand", onColor);
  document.documentElement.classList.add("branded");
  document.documentElement.classList.toggle("bright", onColor !== "#ffffff");
}

// start begins a talk in the place of the one before, which is over first.
async function start({ forget = false } = {}) {
  await talk?.stop({ forget });
  const begun = talk = new Talk({
    config, url: socketURL(config), settings, ask: () => site.token(),
    on: { changed: soonDraw, heard, unread: count, gone: () => inTurn(() => talk === begun ? restart() : undefined) },
  });
  unread = 0;
  talk.resume();
  draw();
  if (shown) focus();
}

// restart is for who isn't who they were any more. A proof that was refused isn't shown again.
function restart() {
  if (settings.identity?.token) settings = { ...settings, identity: undefined };
  return start();
}

// identify takes the site's word for who is here now; null is nobody any more.
function identify(identity) {
  settings = { ...settings, identity: identity ?? undefined };
  return start({ forget: identity === null });
}

function heard(e) {
  if (e.type === "chat" && e.from !== talk.me) count(unread + 1);
}

function count(n) {
  unread = shown && !document.hidden ? 0 : n;
  site.say("unread", { count: unread });
}

// focus: but a keyboard on the screen comes up only when it is asked for.
function focus() { if (!matchMedia("(pointer: coarse)").matches) composer.focus(); }

let drawing = false;
function soonDraw() {
  if (drawing) return;
  drawing = true;
  queueMicrotask(() => { drawing = false; draw(); });
}

function draw() {
  if (!talk) return;
  document.title = settings.title || t("chatTitle");
  const s = talk.session;
  const items = talk.items();
  const read = talk.readUpTo;
  site.say("live", { live: talk.open });
  thread.update({
    key: s?.session_id ?? "start", items, me: talk.me, nameOf: id => talk.nameOf(id), names: true, hasMore: talk.hasMore, loading: talk.loading,
    typing: talk.typing?.until > Date.now() ? t("isTyping", talk.nameOf(talk.typing.from)) : "",
    tick: m => m.seq <= read ? "read" : "sent", onOlder: () => talk.older(),
    pendingActions: () => [],
  });
  composer.update({
    placeholder: !talk.open ? t("writeFirst") : s.state === "offline" ? t("writeMessage") : t("writeReply"),
    onSend: text => talk.send(text), onType: () => talk.typed(),
  });
  render(view(s, items), document.body);
  if (shown && !document.hidden && s && thread.place.atEnd) seen();
}

function seen() {
  talk.read();
  if (unread > 0) count(0);
}

function view(s, items) {
  const over = s?.state === "closed" && talk.first.length === 0;
  return html`<main class="widget" data-testid="widget" data-state=${s?.state ?? "start"}>
    ${headView(s)}
    ${awayView()}
    ${items.length === 0 ? helloView() : html`${bannerView(s)}${thread.element}`}
    ${talk.error ? html`<p class="error-bar" role="alert">${t(talk.error)}</p>` : nothing}
    ${over ? rating.view(talk) : composer.element}
  </main>`;
}

function headView(s) {
  const { agent } = talk;
  return html`<header class="head">
    ${agent ? avatar(s.agent_id, { name: agent }) : html`<span class="sign">${icon("chat")}</span>`}
    <div class="grow"><h1 class="ellipsis">${settings.title || t("chatTitle")}</h1><p class="ellipsis" data-testid="who">${agent ? t("withAgent", agent) : s?.state === "offline" ? t("nobodyHere") : ""}</p></div>
    ${talk.open ? html`<button type="button" class="icon-button" data-testid="options" aria-haspopup="menu" aria-label=${t("options")} title=${t("options")} @click=${options}>${icon("more")}</button>` : nothing}
    ${site.framed ? html`<button type="button" class="icon-button" data-testid="close-chat" aria-label=${t("closeChat")} title=${t("closeChat")} @click=${() => site.say("close")}>${icon("down")}</button>` : nothing}
  </header>`;
}

function options(e) {
  openMenu(e.currentTarget, [{ label: t("endChat"), icon: "leave", key: "end-chat", run: end }], { label: t("options") });
}

async function end() {
  if (!await askSure({ title: t("endAsk"), action: t("endYes") })) return;
  try { await talk.end(); } catch { talk.error = "failed"; soonDraw(); }
}

// A short break is nobody's business; the line says only what lasts, and what was chosen.
function awayView() {
  const { state, reason } = talk.state;
  if (state === "waiting") return html`<p class="away" role="status" data-testid="away"><span class="spinner"></span><span>${t("away")} <small>${t("awayHint")}</small></span></p>`;
  if (state !== "stopped" || reason === "closed") return nothing;
  return html`<p class="away" role="status" data-testid="away"><span class="grow">${t(reason === "replaced" ? "replaced" : "stopped")}</span>
    <button type="button" class="small" @click=${() => talk.client.connect()}>${t(reason === "replaced" ? "here" : "tryAgain")}</button></p>`;
}

const helloView = () => html`<section class="hello"><span class="sign">${icon("chat")}</span><h2>${t("hello")}</h2><p>${t("helloText")}</p></section>`;

function bannerView(s) {
  if (s?.state === "queued") return html`<p class="banner" role="status" data-testid="queue"><b>${s.position ? t("inQueue", s.position) : t("finding")}</b><span>${t("waitHint")}</span></p>`;
  return nothing;
}
