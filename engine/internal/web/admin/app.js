// The operator's dashboard: what the server does, as it does it.

import { html, nothing, render } from "/lib/lit-html/lit-html.js";
import { addTexts, onLanguage, t } from "/shared/i18n.js";
import { onTheme } from "/shared/theme.js";
import { Chart } from "./chart.js";
import { groups } from "./charts.js";
import { Feed } from "./feed.js";
import { bar, login, warnings } from "./frame.js";
import { busiest, levels, server } from "./tables.js";
import { tiles } from "./tiles.js";
import { chinese, english } from "./words.js";

addTexts(english, chinese);

const windows = [1, 5, 15, 60]; // minutes
const feed = new Feed(draw);
const charts = new Map(groups.flatMap(g => g.charts).map(about => [about.id, new Chart(about)]));
let chosen = readWindow();
let pausedAt; // seconds, of the server's clock

feed.reach(chosen * 60);
feed.start();
draw();
onLanguage(repaint);
onTheme(repaint);

function choose(minutes) {
  chosen = minutes;
  try { sessionStorage.setItem("gannet.window", minutes); } catch { /* until the reload */ }
  feed.reach(minutes * 60);
  draw();
}

function pause() {
  pausedAt = pausedAt ? undefined : feed.history.times.at(-1);
  draw();
}

function repaint() {
  draw();
  for (const chart of charts.values()) chart.repaint();
}

function draw() {
  document.title = `Gannet: ${t("title")}`;
  if (feed.state === "login" || feed.state === "forbidden") {
    render(login({ feed, onLogin: token => { feed.logIn(token); draw(); } }), document.body);
    return;
  }
  render(html`${bar({ feed, windows, chosen, paused: Boolean(pausedAt), choose, pause })}
    <main class="board">${feed.history.times.length > 0 ? board() : html`<p class="quiet wait"><span class="spinner"></span></p>`}</main>`, document.body);
  const to = pausedAt ?? feed.history.times.at(-1);
  if (to === undefined) return;
  for (const chart of charts.values()) if (chart.element.isConnected) chart.show(feed.history, to - chosen * 60, to);
}

function board() {
  const { now, history } = feed;
  return html`${warnings(now.warnings)}${tiles(history, now)}
    ${groups.map(g => g.needs && !history.ever(...g.needs) ? nothing : html`<h2>${t(`head_${g.id}`)}</h2>
      <div class="charts">${g.charts.map(about => charts.get(about.id).element)}</div>`)}
    <h2>${t("head_details")}</h2>
    <div class="charts">${busiest(now)}${levels(now, history)}${server(now, history)}</div>`;
}

function readWindow() {
  try {
    const minutes = Number(sessionStorage.getItem("gannet.window"));
    return windows.includes(minutes) ? minutes : 5;
  } catch { return 5; }
}
