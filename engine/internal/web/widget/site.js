// The page around the frame. The loader says in the frame's address which origin that is; nothing is
// sent to another one and nothing taken from another one, and who may show the frame at all is the
// server's word (frame-ancestors).

const patience = 15_000; // ms for the page's token
const parentOrigin = decodeURIComponent(location.hash.slice(1));

export class Site {
  #on = new Map();
  #asked = new Map();
  #asks = 0;

  constructor() {
    this.framed = window.parent !== window && parentOrigin !== "";
    window.addEventListener("message", event => {
      if (event.source !== window.parent || event.origin !== parentOrigin || event.data?.gannet !== 1) return;
      const { type, ask, token } = event.data;
      if (type === "token") this.#answered(ask, token); else this.#on.get(type)?.(event.data);
    });
  }

  on(type, listener) { this.#on.set(type, listener); }

  say(type, more = {}) {
    if (this.framed) window.parent.postMessage({ gannet: 1, type, ...more }, parentOrigin);
  }

  // token asks the page for the token of its user, which the frame doesn't keep.
  token() {
    const ask = ++this.#asks;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#answered(ask), patience);
      this.#asked.set(ask, { resolve, reject, timer });
      this.say("token", { ask });
    });
  }

  #answered(ask, token) {
    const { resolve, reject, timer } = this.#asked.get(ask) ?? {};
    clearTimeout(timer);
    this.#asked.delete(ask);
    if (typeof token === "string" && token !== "") resolve?.(token); else reject?.(new Error("the page gave no token"));
  }
}
