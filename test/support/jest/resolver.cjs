/**
 * How jest finds modules: as Node does, but for what the Pulumi SDK loads at its start and no test needs. Each
 * test file loads the SDK anew, so these parts would take a quarter of the unit tests' processor time.
 */
const leftOut = [
  "typescript",
  "@npmcli/arborist",
  "normalize-package-data",
  "./automation",
  "source-map-support/register",
];

module.exports = (request, options) =>
  leftOut.includes(request) && /@pulumi.pulumi\b/.test(options.basedir)
    ? require.resolve("./leftOut.cjs")
    : options.defaultResolver(request, options);
