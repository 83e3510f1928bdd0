// A list of any length: only the rows in sight are elements. Browsers do not draw
// boxes of any height, so a very long list scrolls faster than its rows.

const tallest = 8e6;

class List {
  // render makes the element of a row.
  constructor(box, height, render) {
    Object.assign(this, {box, height, render, count: 0, printing: false});
    box.classList.add("list");
    this.space = el("div", {class: "space"});
    this.rows = el("div", {class: "rows"});
    box.append(this.space, this.rows);
    box.addEventListener("scroll", () => this.draw(), {passive: true});
    new ResizeObserver(() => this.draw()).observe(box);
  }

  reset(count) {
    this.count = count;
    this.space.style.height = Math.min(count * this.height, tallest) + "px";
    this.draw();
  }

  // visible is how many rows are in sight, at least one.
  get visible() { return Math.max(1, Math.floor(this.box.clientHeight / this.height)); }

  // first is the row at the upper edge, with its fraction.
  get first() {
    if (this.count * this.height <= tallest) return this.box.scrollTop / this.height;
    return this.box.scrollTop / (tallest - this.box.clientHeight) * (this.count - this.box.clientHeight / this.height);
  }

  draw() {
    if (this.printing) return;
    const first = this.first;
    const from = Math.max(0, Math.floor(first) - 8);
    this.fill(from, Math.min(this.count, Math.ceil(first) + this.visible + 10));
    this.rows.style.transform = `translateY(${this.box.scrollTop - (first - from) * this.height}px)`;
  }

  fill(from, to) {
    const rows = [];
    for (let i = from; i < to; i++) rows.push(this.render(i));
    this.rows.replaceChildren(...rows);
  }

  // show scrolls to a row, if it is not in sight.
  show(row) {
    const first = this.first;
    if (row >= first && row + 1 <= first + this.visible) return;
    this.top(row < first ? row : row + 1 - this.visible);
  }

  // top scrolls so that a row is the upper one.
  top(row) {
    const scaled = this.count * this.height > tallest;
    this.box.scrollTop = scaled
      ? row / (this.count - this.box.clientHeight / this.height) * (tallest - this.box.clientHeight)
      : row * this.height;
    this.draw();
  }

  // print makes rows for paper, at most so many, from the one at the upper edge on.
  print(most) {
    this.printing = true;
    const from = Math.max(0, Math.min(Math.floor(this.first), this.count - most));
    this.fill(from, Math.min(this.count, from + most));
  }

  printed() {
    this.printing = false;
    this.draw();
  }
}
