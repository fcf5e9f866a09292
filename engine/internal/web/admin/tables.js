// What is no line: the busiest groups, the levels of the database, the server itself.

import { html, nothing } from "/lib/lit-html/lit-html.js";
import { t } from "/shared/i18n.js";
import { format, span } from "./format.js";

export function busiest({ groups }) {
  const most = Math.max(1, ...groups.map(g => g.deliveries + g.messages));
  return card("groups", groups.length === 0 ? html`<p class="quiet empty">${t("noGroups")}</p>` : html`<table>
    <thead><tr><th>${t("group")}</th><th class="number">${t("messagesIn")}</th><th class="number">${t("deliveriesOut")}</th></tr></thead>
    <tbody>${groups.map(g => html`<tr data-testid="group">
      <td><span class="ellipsis" title=${g.conv_id}>${g.conv_id.replace(/^group_/, "")}</span><meter min="0" max=${most} .value=${g.deliveries + g.messages}></meter></td>
      <td class="number">${format(g.messages, "rate")}</td><td class="number">${format(g.deliveries, "rate")}</td></tr>`)}</tbody>
  </table>`);
}

export function levels({ levels }, history) {
  const most = Math.max(1, ...levels.map(l => l.bytes));
  const hits = history.recent("cache_hits") ?? 0, misses = history.recent("cache_misses") ?? 0;
  return card("levels", html`<table>
    <thead><tr><th>${t("level")}</th><th class="number">${t("files")}</th><th class="number">${t("size")}</th><th class="number">${t("score")}</th></tr></thead>
    <tbody>${levels.map((l, i) => html`<tr data-testid="level" class=${l.files ? "" : "faded"}>
      <td>L${i}<meter min="0" max=${most} .value=${l.bytes}></meter></td>
      <td class="number">${format(l.files, "count")}</td><td class="number">${format(l.bytes, "bytes")}</td>
      <td class="number ${l.score >= 1 ? "due" : ""}">${l.score ? l.score.toFixed(2) : "–"}</td></tr>`)}</tbody>
  </table>
  <dl>${row("debt", format(history.now("compaction_debt"), "bytes"))}${row("readAmp", format(history.now("read_amplification"), "count"))}
    ${row("cache", hits + misses > 0 ? `${(100 * hits / (hits + misses)).toFixed(1)}\u202f%` : "–")}</dl>`);
}

export function server(now, history) {
  return card("server", html`<dl>
    ${row("version", `${now.version} · ${now.commit.slice(0, 12)}`)}
    ${row("go", now.go)}
    ${row("uptime", span((now.time - now.started_at) / 1_000))}
    ${row("goroutines", format(history.now("goroutines"), "count"))}
    ${row("collections", format(history.now("gc_pauses"), "rate"))}
    ${row("outbound", format(history.now("outbound_bytes"), "bytes"))}
    ${row("logins", format(history.now("logins"), "rate"))}
    ${row("free", format(history.now("disk_free"), "bytes"))}
  </dl>`);
}

const card = (id, content) => html`<section class="card table" data-testid=${`table-${id}`}><header><h3>${t(`table_${id}`)}</h3></header>${content}</section>`;

const row = (key, value) => value === undefined ? nothing : html`<div><dt>${t(`row_${key}`)}</dt><dd>${value}</dd></div>`;
