// Texts of the page: compressed pieces, unpacked when they are shown. A few stay
// unpacked, since a log can be longer than memory should hold.

const unpacked = new Map();
const keptPieces = 12;

// piece is the lines of a piece.
function piece(id) {
  let lines = unpacked.get(id);
  if (lines) {
    unpacked.delete(id); // to the end: the least used ones go first
  } else {
    lines = unpack(id);
  }
  unpacked.set(id, lines);
  if (unpacked.size > keptPieces) unpacked.delete(unpacked.keys().next().value);
  return lines;
}

async function unpack(id) {
  const text = new TextDecoder().decode(await bytesOf(id));
  const lines = text.split("\n");
  if (lines[lines.length - 1] === "") lines.pop();
  return lines;
}

async function bytesOf(id) {
  const packed = Uint8Array.from(atob(byId("p" + id).textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

// whole is all of a text, for texts that are short.
async function whole(text) {
  const parts = [];
  for (const [id] of text.pieces) parts.push((await piece(id)).join("\n"));
  return parts.join("\n");
}

// save gives a text to the browser as a file, in the bytes that it had.
async function save(text, name) {
  const parts = [];
  for (const [id] of text.pieces) parts.push(await bytesOf(id));
  const link = el("a", {download: name});
  link.href = URL.createObjectURL(new Blob(parts, {type: "text/plain"}));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
