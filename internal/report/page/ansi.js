// What terminals do with a line: colours, and going back to its start. Everything else
// that a terminal would obey is dropped.

// Sequences: colours and other CSI; OSC and its kin up to their end; the rest.
const sequence = /\u001b\[([0-9;:?<=>]*)[ -\/]*([@-~])|\u001b[\]P^_X][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -\/]*[0-~]?/g;

// strip is the text that a line shows.
function strip(line) {
  return afterReturn(line.includes("\u001b") ? line.replace(sequence, "") : line);
}

// afterReturn is what a line shows that went back to its start: the last part.
function afterReturn(line) {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  const at = text.lastIndexOf("\r");
  return at < 0 ? text : text.slice(at + 1);
}

// spans cuts a line into {text, style}; state is the style before it, and is changed.
function spans(line, state) {
  const out = [];
  let at = 0;
  const add = (text) => { if (text) out.push({text, style: {...state}}); };
  for (const match of line.matchAll(sequence)) {
    add(line.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] === "m") colour(state, match[1]);
  }
  add(line.slice(at));
  const last = out.findLastIndex((span) => span.text.replace(/\r$/, "").includes("\r"));
  if (last < 0) return out;
  const kept = out.slice(last);
  kept[0].text = afterReturn(kept[0].text);
  return kept;
}

// colour obeys the codes of one sequence.
function colour(state, codes) {
  const list = codes.split(/[;:]/).map(Number);
  for (let i = 0; i < list.length; i++) {
    const code = list[i];
    if (code === 0) for (const key of Object.keys(state)) delete state[key];
    else if (code === 1) state.b = true;
    else if (code === 2) state.d = true;
    else if (code === 3) state.i = true;
    else if (code === 4) state.u = true;
    else if (code === 9) state.s = true;
    else if (code === 22) delete state.b, delete state.d;
    else if (code === 23) delete state.i;
    else if (code === 24) delete state.u;
    else if (code === 29) delete state.s;
    else if (code >= 30 && code <= 37) state.c = code - 30;
    else if (code >= 90 && code <= 97) state.c = code - 90;
    else if (code === 39) delete state.c;
    else if (code >= 40 && code <= 47) state.g = code - 40;
    else if (code >= 100 && code <= 107) state.g = code - 100;
    else if (code === 49) delete state.g;
    else if (code === 38 || code === 48) {
      const into = code === 38 ? "c" : "g";
      if (list[i + 1] === 5) { state[into] = nearest(cube(list[i + 2])); i += 2; }
      else if (list[i + 1] === 2) { state[into] = nearest(list.slice(i + 2, i + 5)); i += 4; }
    }
  }
}

// cube is the red, green and blue of one of 256 colours.
function cube(n) {
  if (n < 16) return [n & 1, n & 2, n & 4].map((bit) => bit ? 255 : 0);
  if (n >= 232) return Array(3).fill(8 + (n - 232) * 10);
  return [Math.floor((n - 16) / 36), Math.floor((n - 16) / 6) % 6, (n - 16) % 6].map((part) => part * 51);
}

// nearest is the colour of eight that is readable in light and dark.
function nearest([red, green, blue]) {
  const high = Math.max(red, green, blue) * 0.6;
  return (red > high ? 1 : 0) + (green > high ? 2 : 0) + (blue > high ? 4 : 0);
}

const classes = (style) => Object.entries(style).map(([key, value]) => value === true ? key : key + value).join(" ");
