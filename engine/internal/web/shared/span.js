// Which part of a long thread is drawn: its end, or what is around the place that one looks at. So the page
// holds a few hundred rows, however much has been read.

const most = 240; // items, away from the end
const step = 80;  // by which the part moves
const tail = 120; // items at the end

export class Span {
  constructor() { this.reset(); }

  reset() {
    this.tail = tail;
    this.first = undefined; // the first item that is drawn
    this.low = this.high = 0;
  }

  // fit finds the part again among items that may have changed at both ends.
  fit(items, atEnd) {
    const at = atEnd ? -1 : this.find(items);
    this.low = at < 0 ? Math.max(0, items.length - this.tail) : at;
    this.high = at < 0 ? items.length : Math.min(items.length, at + most);
    this.first = items[this.low];
  }

  find(items) {
    const { first } = this;
    if (!first) return -1;
    const at = items.findIndex(item => item.key === first.key);
    return at >= 0 ? at : items.findIndex(item => item.place >= first.place);
  }

  has(index) { return index >= this.low && index < this.high; }

  around(items, index) { this.first = items[Math.max(0, index - step)]; }

  up(items) { this.first = items[Math.max(0, this.low - step)]; }

  down(items) { this.first = items[Math.max(this.low, Math.min(this.low + step, items.length - most))]; }

  // widen is for an end that doesn't fill the window.
  widen() { this.tail += step; }
}
