/** Three suites: `jest --selectProjects unit`, `contract` or `e2e`. See docs/decisions/jest.md. */
const here = "<rootDir>/test/support/jest";

const suite = (name, testTimeout) => ({
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  testTimeout,
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  moduleFileExtensions: ["ts", "js", "cjs", "mjs", "json", "node"],
  transform: { "\\.ts$": `${here}/transform.cjs` },
  resolver: `${here}/resolver.cjs`,
  setupFiles: [`${here}/console.cjs`],
});

module.exports = {
  // Tests on real servers share this machine's Docker and ports: one file at a time, unless asked otherwise.
  maxWorkers: 1,
  reporters: ["default", `${here}/progress.cjs`],
  projects: [
    // Some start a process; a busy machine takes its time for that.
    suite("unit", 60_000),
    // Images take their time to be built.
    suite("contract", 600_000),
    suite("e2e", 600_000),
  ],
};
