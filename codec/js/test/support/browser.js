// What browserStore needs of a browser. Tabs share the storage; each has its locks until it is gone.

// Storage keeps its values as properties, as a browser's does.
export class Storage {
  getItem(key) { return Object.hasOwn(this, key) ? this[key] : null; }
  removeItem(key) { delete this[key]; }
  setItem(key, value) {
    if (key.length + String(value).length > 5_000_000) throw new Error("QuotaExceededError");
    this[key] = String(value);
  }
}

// Locks are those of one origin, as far as browserStore uses them.
export class Locks {
  constructor() { this.held = new Map(); }

  async request(name, { ifAvailable }, run) {
    if (!ifAvailable) throw new Error("not made for waiting");
    if (this.held.has(name)) return run(null);
    const kill = new Promise(resolve => this.held.set(name, resolve));
    await Promise.race([run({ name }), kill]);
    return void this.held.delete(name);
  }

  // drop is what a browser does when a tab goes without a word.
  drop(name) { this.held.get(name)?.(); }
}

// browser puts them where a browser has them, for one test.
export function browser(t, { locks = true } = {}) {
  const saved = ["localStorage", "navigator"].map(name => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  const parts = { localStorage: new Storage(), navigator: locks ? { locks: new Locks() } : {} };
  for (const [name, value] of Object.entries(parts)) Object.defineProperty(globalThis, name, { value, configurable: true });
  t.after(() => {
    for (const [name, was] of saved) {
      if (was) Object.defineProperty(globalThis, name, was);
      else delete globalThis[name];
    }
  });
  return parts;
}
