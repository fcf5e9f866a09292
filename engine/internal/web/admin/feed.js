// Where the figures come from: the server is asked once a second for what is new since the last answer.

import { History } from "./history.js";

const every = 1_000;
const patience = 8_000;

export class Feed {
  // changed is called after each answer and each failure.
  constructor(changed) {
    this.changed = changed;
    this.history = new History();
    this.token = read();
    this.state = "loading"; // live, lost, login, forbidden
    this.wanted = 300; // samples, of the past
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.soon(0); });
  }

  start() { this.soon(0); }

  // logIn tries a token of the operator's.
  logIn(token) {
    this.token = token;
    this.refused = false;
    this.soon(0);
  }

  // reach makes the history go back so many samples, if the server has them.
  reach(samples) {
    if (samples <= this.wanted) return;
    this.wanted = samples;
    this.anew = true;
    this.soon(0);
  }

  soon(after) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), after);
  }

  async ask() {
    if (this.asking || document.hidden) return;
    this.asking = true;
    try {
      this.take(await this.fetch());
    } catch {
      this.state = "lost";
    }
    this.asking = false;
    if (this.state === "login" || this.state === "forbidden") forget();
    else this.soon(every);
    this.changed();
  }

  async fetch() {
    const query = new URLSearchParams({ last: this.wanted });
    const anew = this.anew || !this.history.last;
    if (!anew) query.set("since", this.history.last);
    const headers = this.token ? { Authorization: `Bearer ${this.token}` } : {};
    const wanted = this.wanted;
    const response = await fetch(`/api/v1/live?${query}`, { headers, cache: "no-store", signal: AbortSignal.timeout(patience) });
    const { data } = await response.json();
    return { status: response.status, data, anew, complete: wanted === this.wanted };
  }

  take({ status, data, anew, complete }) {
    if (status === 401 || status === 403) {
      this.refused = status === 401 && Boolean(this.token);
      this.state = status === 401 ? "login" : "forbidden";
      this.token = undefined;
      return;
    }
    if (status !== 200) throw new Error(`status ${status}`);
    keep(this.token);
    this.state = "live";
    this.now = data;
    if (!complete) return; // more was wanted meanwhile: all of it is asked for next
    if (anew) this.history.clear();
    this.anew = false;
    this.history.add(data);
  }
}

function read() {
  try { return sessionStorage.getItem("gannet.operator") ?? undefined; } catch { return undefined; }
}

function keep(token) {
  try { if (token) sessionStorage.setItem("gannet.operator", token); } catch { /* until the reload */ }
}

function forget() {
  try { sessionStorage.removeItem("gannet.operator"); } catch { /* nothing was kept */ }
}
