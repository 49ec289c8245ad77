/**
 * The order of the files: long ones first, so that at the end no worker waits for one that began late. What they took
 * on two cores stands in seconds.json; a file that is not there counts as short.
 */
const { relative } = require("node:path");
const { default: TestSequencer } = require("@jest/test-sequencer");
const seconds = require("./seconds.json");

const secondsOf = ({ path, context }) =>
  seconds[relative(context.config.rootDir, path).split("\\").join("/")] ?? 0;

module.exports = class extends TestSequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((a, b) => secondsOf(b) - secondsOf(a));
  }
};
