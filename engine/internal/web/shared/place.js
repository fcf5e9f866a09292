// Where one is in a long list that grows at both ends: what is in sight stays where it is.

const slack = 24; // pixels from the end that still count as the end

export class Place {
  // onMoved is called when somebody has scrolled.
  constructor(scroller, onMoved) {
    this.scroller = scroller;
    this.atEnd = true;
    this.below = false; // there is more below that isn't drawn
    scroller.addEventListener("scroll", () => {
      if (this.height !== scroller.clientHeight) return; // the window's doing, see below
      this.atEnd = this.isAtEnd();
      onMoved();
    }, { passive: true });
    // The field below grows, or a keyboard comes up: the end stays in sight.
    new ResizeObserver(() => {
      this.height = scroller.clientHeight;
      if (this.atEnd) this.jump();
      onMoved();
    }).observe(scroller);
  }

  isAtEnd() { return !this.below && this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < slack; }

  // keep draws, and then brings back into place what was there before.
  keep(draw) {
    const anchor = this.atEnd ? undefined : this.anchor();
    draw();
    if (this.atEnd) this.jump();
    else if (anchor?.row.isConnected) this.scroller.scrollTop += anchor.row.getBoundingClientRect().top - anchor.top;
  }

  // anchor is the first row in sight, and where it is.
  anchor() {
    const { top } = this.scroller.getBoundingClientRect();
    const rows = this.scroller.querySelectorAll(".row");
    const row = rows[count(rows, at => at.bottom <= top)];
    return row && { row, top: row.getBoundingClientRect().top };
  }

  toEnd() {
    this.atEnd = true;
    this.jump();
  }

  jump() { this.scroller.scrollTop = this.scroller.scrollHeight; }

  show(row) {
    this.atEnd = false;
    row.scrollIntoView({ block: "center" });
    this.atEnd = this.isAtEnd();
  }

  // showLine brings a line into sight that is above, or wherever what is drawn isn't the end: who comes back
  // reads on from there.
  showLine(line) {
    if (!line) return;
    const above = line.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top;
    if (above >= 0 && this.atEnd) return;
    this.atEnd = false;
    this.scroller.scrollTop += above - 48;
  }

  // lastSeen is the place of the last row that is wholly in sight, at least by its end.
  lastSeen() {
    const { bottom, height } = this.scroller.getBoundingClientRect();
    if (height === 0) return undefined;
    const rows = this.scroller.querySelectorAll(".row[data-place]");
    const row = rows[(this.atEnd ? rows.length : count(rows, at => at.bottom <= bottom + 1)) - 1];
    return row?.dataset.place;
  }
}

// count tells how many of the rows, which stand below each other, are so; they are at the beginning.
function count(rows, isSo) {
  let low = 0, high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSo(rows[middle].getBoundingClientRect())) low = middle + 1; else high = middle;
  }
  return low;
}
