/** How Node runs the commands: `node --require ./commands/typescript.cjs FILE`. Plain JavaScript, since sucrase is a package. */
const { existsSync } = require("node:fs");
const { join } = require("node:path");

if (!existsSync(join(__dirname, "..", "node_modules"))) {
  process.stderr.write("error: the packages of this project are not installed: run `npm ci`\n");
  process.exit(1);
}
require("sucrase/register/ts");
