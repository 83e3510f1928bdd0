// Evaluates expressions with the reference implementation: reads
// {"module": path, "input": …, "expressions": […]} and prints what each gives, as
// JSON with sorted keys, "undefined", "ERR" with a code, or "ERR" alone for an
// exception of JavaScript.
const {readFileSync} = require("fs");

function isFunction(value) {
  return typeof value === "function" || value && (value._jsonata_lambda || value._jsonata_function);
}

// plain is what a result is in JSON; undefined leaves it out.
function plain(value) {
  if (value === undefined || isFunction(value)) {
    return undefined;
  }
  if (Array.isArray(value)) {
    return Array.from(value, item => plain(item) ?? null);
  }
  if (value === null || typeof value !== "object") {
    return value;
  }
  const sorted = {};
  for (const key of Object.keys(value).sort()) {
    const item = plain(value[key]);
    if (item !== undefined) {
      sorted[key] = item;
    }
  }
  return sorted;
}

async function main() {
  const {module, input, expressions} = JSON.parse(readFileSync(0, "utf8"));
  const jsonata = require(module);
  const results = [];
  for (const expression of expressions) {
    try {
      const result = plain(await jsonata(expression).evaluate(structuredClone(input)));
      results.push(result === undefined ? "undefined" : JSON.stringify(result));
    } catch (err) {
      results.push(err.code ? "ERR " + err.code : "ERR");
    }
  }
  console.log(JSON.stringify(results));
}

main();
