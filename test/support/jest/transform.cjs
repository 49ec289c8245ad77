/** How jest reads TypeScript: with sucrase, as the program is read, line for line. jest keeps the outcome in its own cache. */
const { createHash } = require("node:crypto");
const { transform } = require("sucrase");
const { version } = require("sucrase/package.json");

module.exports = {
  process: (source, filePath) => ({
    code: transform(source, { transforms: ["imports", "typescript"], filePath }).code,
  }),
  getCacheKey: (source, filePath) =>
    createHash("sha256")
      .update(version)
      .update("\0")
      .update(filePath)
      .update("\0")
      .update(source)
      .digest("hex"),
};
