// One chart: a card with a title, a legend that says what the lines are now (or where the pointer is), and
// the lines, drawn by uPlot.

import uPlot from "/lib/uplot/uPlot.esm.js";
import { html, render } from "/lib/lit-html/lit-html.js";
import { t } from "/shared/i18n.js";
import { colour, soft } from "./colours.js";
import { clock, format } from "./format.js";

const height = 168;
const font = "11px system-ui, sans-serif";

export class Chart {
  // about is { id, unit, series: [{ key, column, line, unit? }] }: key names the text, line the colour. A line
  // with a unit of its own has a scale of its own, too, at the right.
  constructor(about) {
    this.about = about;
    this.element = document.createElement("section");
    this.element.className = "card chart";
    this.element.dataset.testid = `chart-${about.id}`;
    this.head = document.createElement("header");
    this.plot = document.createElement("div");
    this.plot.className = "plot";
    this.plot.setAttribute("role", "img");
    this.element.append(this.head, this.plot);
    this.size = new ResizeObserver(() => this.fit());
    this.size.observe(this.plot);
  }

  // show draws the samples of the history between two times, in seconds.
  show(history, from, to) {
    const past = history.times.findLastIndex(time => time <= to) + 1; // of all there is, where the page is paused
    this.data = [history.times, ...this.about.series.map(s => history.column(s.column))].map(list => list.slice(0, past));
    this.range = { min: from, max: to };
    this.draw();
    this.legend();
  }

  draw() {
    const width = this.plot.clientWidth;
    if (!this.data || width === 0) return;
    this.drawing ??= new uPlot(this.options(width), this.data, this.plot);
    this.drawing.batch(() => {
      this.drawing.setData(this.data, false);
      this.drawing.setScale("x", this.range);
    });
  }

  // repaint is for another theme or language.
  repaint() {
    this.drawing?.redraw(true, true);
    if (this.data) this.legend();
  }

  fit() {
    const width = this.plot.clientWidth;
    if (!this.drawing) this.draw();
    else if (width > 0 && width !== this.drawing.width) this.drawing.setSize({ width, height });
  }

  options(width) {
    const { unit, series } = this.about;
    const own = series.find(s => s.unit)?.unit;
    const axis = { stroke: () => colour("--quiet"), font, ticks: { show: false }, grid: { stroke: () => colour("--line"), width: 1 } };
    return {
      width, height, padding: [8, own ? 0 : 22, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: "live" }, drag: { x: false, y: false }, points: { size: 7 }, y: false },
      scales: { x: { time: true }, y: { range: fromZero }, own: { range: fromZero } },
      axes: [
        { ...axis, grid: { show: false }, size: 27, gap: 7, space: () => this.range.max - this.range.min > 60 ? 46 : 60, values: (_, at) => at.map(v => clock(v, at.length > 1 && at[1] - at[0] < 60)) },
        { ...axis, size: 62, gap: 6, space: 34, incrs: unit.startsWith("byte") ? powers : undefined, values: (_, at) => at.map(v => format(v, unit)) },
        ...(own ? [{ ...axis, scale: "own", side: 1, grid: { show: false }, size: 58, gap: 6, space: 34, values: (_, at) => at.map(v => format(v, own)) }] : []),
      ],
      series: [{}, ...series.map((s, i) => ({
        scale: s.unit ? "own" : "y", stroke: () => colour(s.line), width: 1.6,
        fill: i === 0 ? () => soft(s.line) : undefined,
        points: { show: true, size: 4, fill: () => colour(s.line), filter: lonely },
      }))],
      hooks: { setCursor: [() => this.legend()] },
    };
  }

  // legend writes the values below the pointer, else the last ones.
  legend() {
    const at = this.drawing?.cursor.idx;
    const pointed = at !== null && at !== undefined && this.drawing.cursor.left >= 0;
    const values = this.data.slice(1).map(list => pointed ? list[at] : list.findLast((v, i) => i >= list.length - 10 && v !== null));
    const title = t(`chart_${this.about.id}`);
    render(html`<h3>${title}</h3>
      ${pointed ? html`<time class="quiet small">${clock(this.data[0][at], true)}</time>` : ""}
      <ul class="legend">${this.about.series.map((s, i) => html`<li><i class="swatch ${s.line.slice(2)}"></i>${t(`line_${s.key}`)}
        <b data-testid=${`${this.about.id}-${s.key}`}>${format(values[i], s.unit ?? this.about.unit)}</b></li>`)}</ul>`, this.head);
    this.plot.setAttribute("aria-label", title);
  }
}

const powers = Array.from({ length: 60 }, (_, i) => 2 ** i); // so that bytes have round steps, too

const fromZero = (_, min, max) => [0, (max || 1) * 1.08];

// lonely picks the points that have no neighbours, and so no line.
function lonely(u, line) {
  const list = u.data[line], found = [];
  const [from, to] = u.series[0].idxs;
  for (let i = from; i <= to; i++) {
    if (list[i] !== null && (list[i - 1] ?? null) === null && (list[i + 1] ?? null) === null) found.push(i);
  }
  return found;
}
