// The desk in figures, for supervisors: as it is now, and of the sessions that were opened in a time.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { t } from "/shared/i18n.js";
import { bar, bars } from "./bars.js";
import { person } from "./frame.js";
import { reasonWord } from "./inbox.js";
import { exact, span } from "./time.js";

const again = 10_000; // ms between two looks
const day = 86_400_000;
const shown = { period: "statToday", figures: undefined, at: 0, busy: false };

export function statsView(app) {
  if (!shown.busy && Date.now() - shown.at > again) load(app);
  const f = shown.figures;
  return html`<main class="plain-page stats" data-testid="stats-page">
    <header><h1 class="grow">${t("stats")}</h1>
      <div class="segments" role="radiogroup" aria-label=${t("when")}>${["statToday", "statWeek", "statMonth"].map(period => html`
        <button type="button" role="radio" aria-checked=${shown.period === period} data-testid=${period} @click=${() => { shown.period = period; load(app); }}>${t(period)}</button>`)}</div></header>
    ${f ? html`${nowView(f.live)}${periodView(f)}${agentsView(app, f)}` : html`<p class="empty"><span class="spinner" role="status" aria-label=${t("loading")}></span></p>`}
  </main>`;
}

function begin() {
  const today = new Date().setHours(0, 0, 0, 0);
  return today - { statToday: 0, statWeek: 6 * day, statMonth: 29 * day }[shown.period];
}

async function load(app) {
  shown.busy = true;
  const figures = await app.attempt(() => app.desk.get("/desk/stats", { from: begin() }));
  shown.figures = figures ?? shown.figures;
  shown.at = Date.now();
  shown.busy = false;
  app.draw();
}

const tile = (label, value, more = nothing, kind = "") => html`<div class="tile ${kind}"><small>${label}</small><b>${value}</b><span class="quiet small">${more}</span></div>`;

function nowView(live) {
  const open = live.sessions.assigned + live.sessions.active;
  return html`<section><h2>${t("now")}</h2><div class="tiles">
    ${tile(t("inQueueNow"), live.queue, live.sessions.offline ? `${t("leftMessages")}: ${live.sessions.offline}` : nothing, live.queue ? "warn" : "")}
    ${tile(t("oldestWait"), live.queue ? span(live.oldest_wait_s) : "–", nothing, live.oldest_wait_s > 120 ? "warn" : "")}
    ${tile(t("agentsOnline"), live.agents_online, t("ofWhich", live.agents_online, live.agents_away, live.agents_busy, live.agents_offline))}
    ${tile(t("openSessions"), open)}
  </div></section>`;
}

function periodView({ opened, tally, truncated }) {
  const reasons = Object.entries(tally.closed).sort((a, b) => b[1] - a[1]);
  const { ratings } = tally;
  return html`<section><h2>${t(shown.period)}</h2>${truncated ? html`<p class="quiet">${t("truncated")}</p>` : nothing}
    <div class="tiles">
      ${tile(t("opened"), html`<span data-testid="stat-opened">${opened}</span>`)}
      ${tile(t("abandoned"), tally.abandoned)}
      ${tile(t("passedOn"), tally.reassigned)}
      ${tile(t("ratings"), ratings.count ? html`<span data-testid="stat-rating">${ratings.average.toFixed(1)}</span> <i class="stars">★</i>` : "–", ratings.count || nothing)}
    </div>
    <div class="panels">
      <div class="panel"><h3>${t("times")}</h3>${timesView(tally)}</div>
      <div class="panel"><h3>${t("closedHow")}</h3>${reasons.length ? bars(reasons.map(([reason, n]) => ({ label: t(reasonWord(reason)), n }))) : html`<p class="quiet">${t("noneYet")}</p>`}</div>
      <div class="panel"><h3>${t("ratings")}</h3>${ratings.count ? bars([5, 4, 3, 2, 1].map(n => ({ label: "★".repeat(n), n: ratings.stars[n - 1] })), "gold") : html`<p class="quiet">${t("noRatings")}</p>`}</div>
    </div></section>`;
}

function timesView(tally) {
  const row = (label, s) => html`<tr><th>${t(label)}</th>${s.count ? [s.average_s, s.median_s, s.p90_s].map(n => html`<td>${exact(n)}</td>`) : html`<td>–</td><td>–</td><td>–</td>`}</tr>`;
  return html`<table class="times"><thead><tr><th></th><th>${t("average")}</th><th>${t("median")}</th><th>${t("p90")}</th></tr></thead>
    <tbody>${row("wait", tally.wait)}${row("firstResponse", tally.first_response)}${row("handling", tally.handling)}</tbody></table>`;
}

function agentsView({ desk }, { agents }) {
  if (agents.length === 0) return nothing;
  const rows = agents.toSorted((a, b) => b.sessions - a.sessions);
  return html`<section><h2>${t("byAgent")}</h2><div class="table-wrap"><table>
    <thead><tr><th>${t("agents")}</th><th>${t("load1")}</th><th>${t("firstResponse")}</th><th>${t("handling")}</th><th>${t("rating")}</th></tr></thead>
    <tbody>${rows.map(a => html`<tr><td><span class="cell">${person(desk.agents.find(b => b.user_id === a.user_id) ?? { ...a, status: "offline" }, "small")}<b>${a.name || a.user_id}</b></span></td>
      <td><span class="load">${bar(a.sessions, rows[0].sessions, "plain")}<small>${a.sessions}</small></span></td>
      <td>${a.tally.first_response.count ? exact(a.tally.first_response.average_s) : "–"}</td>
      <td>${a.tally.handling.count ? exact(a.tally.handling.average_s) : "–"}</td>
      <td>${a.tally.ratings.count ? html`${a.tally.ratings.average.toFixed(1)} <i class="stars">★</i>` : "–"}</td></tr>`)}</tbody>
  </table></div></section>`;
}
