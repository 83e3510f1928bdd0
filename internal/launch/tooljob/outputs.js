const fs = require("fs");
const [stacks, outputs, payload] = process.argv.slice(1, 4).map((file) => JSON.parse(fs.readFileSync(file, "utf8")));
const ids = {}, result = {};
for (const stack of stacks) {
  // Newer versions add the name to an id that differs from it.
  const suffix = ` (${stack.name})`;
  if (stack.id.endsWith(suffix)) stack.id = stack.id.slice(0, -suffix.length);
  if (stack.name in ids) {
    console.error(`the stacks ${ids[stack.name]} and ${stack.id} have the same name ${stack.name}, so their outputs cannot be told apart; give them different names`);
    process.exit(1);
  }
  ids[stack.name] = stack.id;
  result[stack.id] = outputs[stack.name] || {};
}
const origin = payload.deploymentOriginData || {};
fs.writeFileSync(process.argv[4], JSON.stringify({
  distributionId: origin.distributionId, distributionName: origin.distributionName, environment: origin.environment,
  objectIdentifier: origin.objectIdentifier, stepName: process.env.ATTINI_STEP_NAME, stacks,
}));
console.log(JSON.stringify(result));
