// The figures of the last hour: a list of times, and one of values for each figure.

const limit = 3_600;

export class History {
  constructor() { this.clear(); }

  clear() {
    this.times = []; // seconds since 1970, of the server's clock
    this.figures = new Map();
    this.last = 0; // time of the last sample, as the server says it
  }

  add({ columns, samples }) {
    if (samples.length === 0) return;
    for (const name of columns) if (!this.figures.has(name)) this.figures.set(name, this.times.map(() => null));
    for (const { time, values } of samples) {
      this.times.push(time / 1_000);
      columns.forEach((name, i) => this.figures.get(name).push(values[i]));
    }
    // A figure that the server has no longer, after another version of it, has none of these times.
    for (const list of this.figures.values()) while (list.length < this.times.length) list.push(null);
    this.last = samples.at(-1).time;
    const much = this.times.length - limit;
    if (much > 0) for (const list of [this.times, ...this.figures.values()]) list.splice(0, much);
  }

  // column is a figure's list; several names with + between them are summed.
  column(name) {
    const [first, ...more] = name.split("+").map(one => this.figures.get(one) ?? []);
    return more.length === 0 ? first : first.map((v, i) => more.reduce((sum, list) => sum + (list[i] ?? 0), v ?? 0));
  }

  // now is a figure's last value, or undefined where it has none.
  now(name) { return this.column(name).at(-1) ?? undefined; }

  // recent is the last value that a figure had in the last seconds.
  recent(name, seconds = 10) { return this.column(name).slice(-seconds).findLast(v => v !== null && v !== undefined); }

  // ever tells whether a figure was anything but 0.
  ever(...names) { return names.some(name => this.column(name).some(v => v)); }
}
