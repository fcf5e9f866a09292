// Who the visitor is: nobody until the first message, then a visitor of the desk by a token that is
// kept from page to page and renewed before it runs out, or the site's user, by the site's proof.

const place = "gannet.visitor";
const api = "/api/v1/desk/visitors";

// Refused is an answer of the server that asking again doesn't change.
export class Refused extends Error {
  constructor(status, answer) {
    super(answer?.msg ?? String(status));
    this.status = status;
    this.reason = answer?.reason;
  }
}

export class Visitor {
  #proof; // what the site says: {user, signature, name} or {token, name}
  #about;
  #ask;
  #known;
  #left = false;

  // ask() gets a token of the site's user, if the site gives one by a function.
  constructor({ proof, about, ask }) {
    this.#proof = proof ?? {};
    this.#about = about;
    this.#ask = ask;
    this.#known = this.#recall();
  }

  // id is the visitor, as far as is known: "" before the first message.
  get id() { return this.#known?.id ?? ""; }

  // here says whether there may be sessions of this visitor already.
  get here() { return Boolean(this.#known || this.#proof.token || this.#proof.signature); }

  get name() { return this.#proof.name ?? ""; }

  // token is good for now. Tabs of one site take turns, so that together they are one visitor. The site's page
  // is asked before: no tab waits for what another one's page is slow to say.
  async token() {
    const token = this.#proof.token === true ? await this.#ask() : this.#proof.token;
    return navigator.locks ? navigator.locks.request(place, () => this.#login(token)) : this.#login(token);
  }

  // forget makes a stranger of the visitor.
  forget() {
    this.#known = undefined;
    for (const store of stores()) store.removeItem(place);
  }

  // leave forgets for good: what is under way keeps nothing any more.
  leave() {
    this.#left = true;
    this.forget();
  }

  async #login(token) {
    if (this.#left) throw new Error("the visitor has left");
    this.#known = this.#recall() ?? this.#known;
    if (token) return this.#byToken(token);
    if (this.#known && this.#known.expires - Date.now() < this.#known.life / 2) await this.#renew();
    if (!this.#known) await this.#come();
    if (this.#proof.signature && this.#known.user !== this.#proof.user) await this.#prove();
    return this.#known.token;
  }

  // A proof that isn't taken leaves the visitor who they were, and able to chat.
  async #prove() {
    try {
      const answer = await this.#identify({ user_id: this.#proof.user, hmac: this.#proof.signature });
      this.#keep({ id: answer.user_id, user: answer.user_id, token: answer.token, expires: answer.expires_at });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#proof = { name: this.#proof.name };
      console.warn(`Gannet: the visitor isn't identified: ${error.message}`);
    }
  }

  // A user with a token of the site needs none of ours; sessions of the time before go along.
  async #byToken(token) {
    if (this.#known?.token) {
      const { user_id: user } = await this.#identify({ token });
      this.forget();
      this.#known = { id: user, user };
    }
    return token;
  }

  async #come() {
    const about = { ...this.#about, language: navigator.language };
    const answer = await call(api, { name: this.#proof.name || undefined, attributes: about });
    this.#keep({ id: answer.visitor_id, token: answer.token, expires: answer.expires_at });
  }

  // Who asks for a fresh token in vain has waited too long, or is somebody else by now.
  async #renew() {
    try {
      const answer = await call(`${api}/me/renew`, undefined, this.#known.token);
      this.#keep({ ...this.#known, token: answer.token, expires: answer.expires_at });
    } catch (error) {
      if (!(error instanceof Refused)) {
        if (this.#known.expires > Date.now()) return; // still good, and asked again
        throw error;
      }
      this.forget();
    }
  }

  async #identify(proof) {
    try {
      return await call(`${api}/me/identify`, proof, this.#known.token);
    } catch (error) {
      if (error.status !== 401) throw error;
      this.forget(); // the answer of an earlier try was lost
      await this.#come();
      return call(`${api}/me/identify`, proof, this.#known.token);
    }
  }

  // A user's token is kept for the tab alone: who uses the machine next isn't that user.
  #keep(known) {
    if (this.#left) throw new Error("the visitor has left");
    const now = Date.now();
    this.forget();
    this.#known = { ...known, life: known.expires - now };
    const [lasting, tab] = stores();
    (known.user ? tab : lasting)?.setItem(place, JSON.stringify(this.#known));
  }

  #recall() {
    for (const store of stores().reverse()) {
      const known = parse(store.getItem(place));
      if (!known || known.expires < Date.now()) continue;
      if (known.user && this.#proof.user && known.user !== this.#proof.user) continue; // somebody else
      return known;
    }
  }
}

// call asks the server; what is worth another try is tried again by who asked.
async function call(path, body, token) {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body ?? {}) });
  const answer = await response.json().catch(() => undefined);
  if (response.ok) return answer.data;
  if (response.status === 429 || response.status >= 500) throw new Error(answer?.msg ?? String(response.status));
  throw new Refused(response.status, answer);
}

function parse(text) {
  try { return JSON.parse(text); } catch { return undefined; }
}

// stores are the browser's, the lasting one first; none where the page may not keep anything.
function stores() {
  try { return [localStorage, sessionStorage]; } catch { return []; }
}
