/** Runs files that measure one at a time, in this process, when no other file runs. */
const { default: TestRunner } = require("jest-runner");

module.exports = class extends TestRunner {
  isSerial = true;
};
