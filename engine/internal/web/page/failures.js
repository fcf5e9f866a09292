// Messages that were refused. They outlive a reload, for their text is nowhere else.

const most = 100;

export class Failures extends Map {
  // user names whose they are. What can't be kept, for want of room, is here until the page is closed.
  constructor(user) {
    super();
    const key = `gannet.failed.${user}`;
    for (const [cid, item] of read(key)) super.set(cid, item);
    this.key = key;
  }

  set(cid, item) {
    super.set(cid, item);
    if (this.size > most) super.delete(this.keys().next().value);
    this.keep();
    return this;
  }

  delete(cid) {
    const was = super.delete(cid);
    if (was) this.keep();
    return was;
  }

  clear() {
    super.clear();
    this.keep();
  }

  keep() {
    try {
      if (this.size > 0) sessionStorage.setItem(this.key, JSON.stringify([...this]));
      else sessionStorage.removeItem(this.key);
    } catch { /* see the constructor */ }
  }
}

function read(key) {
  try { return JSON.parse(sessionStorage.getItem(key)) ?? []; } catch { return []; }
}
