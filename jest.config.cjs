/** Three suites: `jest --selectProjects unit`, `contract` or `e2e`. See docs/decisions/jest.md. */
const here = "<rootDir>/test/support/jest";

const suite = (name, { files = "*", ...options } = {}) => ({
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/${files}.test.ts`],
  testEnvironment: `${here}/environment.cjs`,
  roots: ["<rootDir>/test"],
  moduleFileExtensions: ["ts", "js", "cjs", "mjs", "json", "node"],
  transform: { "\\.ts$": `${here}/transform.cjs` },
  resolver: `${here}/resolver.cjs`,
  setupFiles: [`${here}/console.cjs`],
  ...options,
});

/** Their bounds are for a machine that does nothing else. */
const measuring = "@(backupSpeed|gateCosts|gatePromises|images)";

module.exports = {
  // Tests on real servers mostly wait: three files at a time keep two cores busy. Images take their time to be built,
  // so each test has ten minutes. `npm run test:unit` asks for less time and fewer workers.
  maxWorkers: 3,
  testTimeout: 600_000,
  testSequencer: `${here}/sequencer.cjs`,
  globalSetup: `${here}/globalSetup.ts`,
  globalTeardown: `${here}/globalTeardown.ts`,
  reporters: ["default", `${here}/progress.cjs`],
  projects: [
    suite("unit"),
    suite("contract"),
    suite("e2e", { files: measuring.replace("@", "!") }),
    // A project of its own, since its files run one after the other when all others are done.
    suite("e2e", { files: measuring, runner: `${here}/aloneRunner.cjs` }),
  ],
};
