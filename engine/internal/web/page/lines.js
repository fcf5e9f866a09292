// Of a long list of lines, all of one height, those that are in sight: the page holds few, however many there are.

const height = 64; // pixels of a line and the gap behind it, as in page.css
const spare = 8;   // lines that are drawn beyond what is in sight

export class Lines {
  // onMoved is called when other lines have come into sight.
  constructor(scroller, onMoved) {
    this.scroller = scroller;
    this.count = 0;
    this.low = this.high = 0;
    const moved = () => { if (this.fit(this.count)) onMoved(); };
    scroller.addEventListener("scroll", moved, { passive: true });
    new ResizeObserver(moved).observe(scroller);
  }

  // fit finds out from where to where lines are to be drawn, and tells whether that has changed.
  fit(count) {
    const { low, high, scroller } = this;
    const first = Math.floor(scroller.scrollTop / height);
    const shown = Math.ceil((scroller.clientHeight || innerHeight) / height);
    this.count = count;
    this.low = Math.max(0, Math.min(first, count - shown) - spare);
    this.high = Math.min(count, this.low + shown + 2 * spare + 1);
    return low !== this.low || high !== this.high;
  }

  // pad takes the room of what isn't drawn.
  pad(list) {
    list.style.paddingTop = `${this.low * height}px`;
    list.style.paddingBottom = `${(this.count - this.high) * height}px`;
  }
}
