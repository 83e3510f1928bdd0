// A log or a payload: its lines with colours, and a search.

const longest = 4000; // characters of a line that are shown
const mostFound = 100000;

class Viewer {
  constructor(text, label, name, atEnd) {
    Object.assign(this, {text, found: [], at: -1, query: "", search: 0, lines: new Map()});
    this.starts = [];
    let lines = 0;
    for (const [, count] of text.pieces) {
      this.starts.push(lines);
      lines += count;
    }
    this.count = lines;
    this.input = el("input", {type: "search", placeholder: "Search", "aria-label": "Search in " + label, spellcheck: "false"});
    this.state = el("span", {class: "state", role: "status"}, plural(lines, "line") + ", " + size(text.bytes) + (text.left ? ", its middle is left out" : ""));
    const button = (name, title, act) => {
      const made = el("button", {type: "button", "aria-label": title, title}, name);
      made.addEventListener("click", act);
      return made;
    };
    this.box = el("div", {class: "lines", tabindex: "0", role: "region", "aria-label": label});
    this.root = el("div", {class: "viewer"},
      el("div", {class: "search"}, this.input,
        button("↑", "Previous match", () => this.step(-1)), button("↓", "Next match", () => this.step(1)),
        this.state, button("Start", "Go to the start", () => this.list.top(0)), button("End", "Go to the end", () => this.list.top(lines)),
        button("Save", "Save as a file", () => save(text, name))),
      this.box);
    this.list = new List(this.box, 18, (i) => this.row(i));
    this.input.addEventListener("input", () => this.find(this.input.value));
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.step(event.shiftKey ? -1 : 1);
    });
    requestAnimationFrame(() => {
      this.list.reset(lines);
      if (atEnd) this.list.top(lines);
    });
  }

  // pieceOf is the place of a line's piece in the list of pieces.
  pieceOf(line) {
    let low = 0, high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= line) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  row(i) {
    const row = el("div", {class: i === this.found[this.at] ? "row now" : "row"}, el("span", {class: "number"}, String(i + 1)));
    const at = this.pieceOf(i);
    const loaded = this.lines.get(at);
    if (loaded) this.paint(row, loaded, i - this.starts[at]);
    else this.load(at);
    return row;
  }

  async load(at) {
    if (this.lines.has(at)) return;
    this.lines.set(at, null); // is on its way
    const lines = await piece(this.text.pieces[at][0]);
    this.lines.set(at, {lines, styles: stylesOf(lines)});
    for (const other of this.lines.keys()) {
      if (this.lines.size > 4 && other !== at && this.lines.get(other)) this.lines.delete(other);
    }
    this.list.draw();
  }

  paint(row, {lines, styles}, i) {
    let room = longest;
    const needle = this.query;
    for (const span of spans(lines[i], {...styles[i]})) {
      if (room <= 0) break;
      const text = plain(span.text.slice(0, room));
      room -= text.length;
      const into = el("span", {class: classes(span.style) || undefined});
      highlight(into, text, needle);
      row.append(into);
    }
    if (room <= 0) row.append(el("span", {class: "odd"}, " … " + plural(lines[i].length - longest, "more character")));
  }

  // find looks for a text in all lines, piece by piece; a later search ends this one.
  async find(query) {
    const mine = ++this.search;
    Object.assign(this, {query: query.toLowerCase(), found: [], at: -1});
    if (!query) {
      this.state.textContent = plural(this.count, "line");
      this.list.draw();
      return;
    }
    const from = Math.floor(this.list.first);
    for (const [at, [id]] of this.text.pieces.entries()) {
      const lines = await piece(id);
      if (mine !== this.search) return;
      const quick = !lines.some((line) => line.includes("\u001b") || line.includes("\r"));
      for (let i = 0; i < lines.length && this.found.length < mostFound; i++) {
        const line = quick ? lines[i] : strip(lines[i]);
        if (line.toLowerCase().includes(this.query)) this.found.push(this.starts[at] + i);
      }
      if (at % 8 === 7) this.state.textContent = "searching: " + plural(this.found.length, "line");
    }
    this.at = Math.max(0, this.found.findIndex((line) => line >= from));
    this.tell();
  }

  step(by) {
    if (this.found.length === 0) return;
    this.at = (this.at + by + this.found.length) % this.found.length;
    this.tell();
  }

  tell() {
    const n = this.found.length;
    this.state.textContent = n === 0 ? "not found" : `${this.at + 1} of ${plural(n, "matching line")}` + (n >= mostFound ? ", and more" : "");
    if (n > 0) this.list.show(this.found[this.at]);
    this.list.draw();
  }
}

// stylesOf has the style at the start of each line: colours go on over lines.
function stylesOf(lines) {
  const state = {};
  return lines.map((line) => {
    const before = {...state};
    if (line.includes("\u001b")) for (const match of line.matchAll(sequence)) if (match[2] === "m") colour(state, match[1]);
    return before;
  });
}

function highlight(into, text, needle) {
  if (!needle) return into.append(text);
  const lower = text.toLowerCase();
  let at = 0;
  for (let next = lower.indexOf(needle); next >= 0; next = lower.indexOf(needle, at)) {
    into.append(text.slice(at, next), el("mark", {}, text.slice(next, next + needle.length)));
    at = next + needle.length;
  }
  into.append(text.slice(at));
}
