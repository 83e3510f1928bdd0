// Making elements and texts. Nothing here takes HTML: texts stay texts.

// el makes an element: el("td", {class: "value"}, "text", child).
function el(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value !== undefined && value !== false) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== "" && child !== undefined));
  return made;
}

const byId = (id) => document.getElementById(id);

// clock is a duration as people write it: 350ms, 2.5s, 1m20s, 1h05m.
function clock(seconds) {
  const two = (n) => String(n).padStart(2, "0");
  if (seconds < 1) return Math.round(seconds * 1000) + "ms";
  if (seconds < 10) return Math.round(seconds * 10) / 10 + "s";
  const whole = Math.round(seconds);
  if (whole < 60) return whole + "s";
  if (whole < 3600) return Math.floor(whole / 60) + "m" + two(whole % 60) + "s";
  const minutes = Math.round(seconds / 60);
  return Math.floor(minutes / 60) + "h" + two(minutes % 60) + "m";
}

const size = (bytes) => bytes < 1e4 ? bytes + " bytes" : bytes < 1e6 ? Math.round(bytes / 1e3) + " kB" : (bytes / 1e6).toFixed(1) + " MB";
const plural = (n, noun) => n.toLocaleString("en") + " " + noun + (n === 1 ? "" : "s");

const marks = {SUCCEEDED: "✓", FAILED: "✗", CAUGHT: "!", STOPPED: "■"};
const place = (p) => p && p.line ? p.file + ":" + p.line : "";

// Control characters, and those that change the order of letters.
const odd = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const colours = /\u001b\[[0-9;:]*m/g;

// plain is a text in which nothing is hidden.
function plain(text) {
  return String(text).replace(colours, "").replace(odd, (c) => "⟨U+" + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0") + "⟩");
}
