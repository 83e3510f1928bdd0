// Evaluates JSONata with the reference implementation, whose folder is the
// argument. A line of input is {"expression": …, "bindings": {…}}, and its answer a
// line: {"value": …}, without a value if that is undefined, or {"error": text}.
const jsonata = require(process.argv[2]);

async function answer({expression, bindings}) {
  try {
    const program = jsonata(expression);
    program.registerFunction("parse", JSON.parse, "<s:x>"); // Step Functions' own
    return {value: await program.evaluate(undefined, bindings)};
  } catch (error) {
    return {error: error.message};
  }
}

async function main() {
  for await (const line of require("readline").createInterface({input: process.stdin})) {
    console.log(JSON.stringify(await answer(JSON.parse(line))));
  }
}

main();
