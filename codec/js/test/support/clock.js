// A clock that goes only when it is told to.
import { turns } from "./wait.js";

export class ManualClock {
  constructor(random = () => 0.5) {
    this.time = 1_800_000_000_000;
    this.timers = new Map();
    this.count = 0;
    this.random = random;
    this.now = () => this.time;
    this.setTimeout = (fn, ms) => {
      this.timers.set(++this.count, { at: this.time + ms, fn });
      return this.count;
    };
    this.clearTimeout = id => void this.timers.delete(id);
  }

  // advance lets time go by, and what is due in it run in its order.
  async advance(ms) {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.timers].filter(([, t]) => t.at <= end).sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
      if (!due) break;
      const [id, { at, fn }] = due;
      this.timers.delete(id);
      this.time = Math.max(this.time, at);
      fn();
      await turns(3);
    }
    this.time = end;
    await turns();
  }
}
