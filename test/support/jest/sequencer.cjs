/**
 * The order of the files: long ones first, so that at the end no worker waits for one that began late, and those that
 * measure last. What they took on two cores stands in seconds.json; a file that is not there counts as short.
 */
const { basename, relative } = require("node:path");
const { default: TestSequencer } = require("@jest/test-sequencer");
const seconds = require("./seconds.json");

const secondsOf = ({ path, context }) =>
  seconds[relative(context.config.rootDir, path).split("\\").join("/")] ?? 0;
const isAlone = ({ context }) => basename(context.config.runner) === "aloneRunner.cjs";

module.exports = class extends TestSequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((a, b) => isAlone(a) - isAlone(b) || secondsOf(b) - secondsOf(a));
  }
};
