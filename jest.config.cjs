/** Three suites: `jest --selectProjects unit`, `contract` or `e2e`. See docs/decisions/jest.md. */
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const here = "<rootDir>/test/support/jest";

/** Folders with tests. The workshop's tests lie beside what they test, and go where it goes. */
const folders = ["test", "local/test", "offline/test", "bench/test"].filter((folder) =>
  existsSync(join(__dirname, folder)),
);

/** Tests on real servers go with the set-up of those servers. */
const isThere = (name) => folders.some((folder) => existsSync(join(__dirname, folder, name)));

const suite = (name, { files = "*", ...options } = {}) => ({
  displayName: name,
  testMatch: folders.map((folder) => `<rootDir>/${folder}/${name}/**/${files}.test.ts`),
  testEnvironment: `${here}/environment.cjs`,
  roots: folders.map((folder) => `<rootDir>/${folder}`),
  moduleFileExtensions: ["ts", "js", "cjs", "mjs", "json", "node"],
  transform: { "\\.ts$": `${here}/transform.cjs` },
  resolver: `${here}/resolver.cjs`,
  setupFiles: [`${here}/console.cjs`],
  ...options,
});

/** Their bounds are for a machine that does nothing else. */
const measuring = "@(backupSpeed|gateCosts|gatePromises|images|ingress)";

/** What runs on real servers is taken down, come what may. */
const onServers = { globalSetup: `${here}/globalSetup.ts`, globalTeardown: `${here}/globalTeardown.ts` };

module.exports = {
  // Tests on real servers mostly wait: three files at a time keep two cores busy. Images take their time to be built,
  // so each test has ten minutes. `npm run test:unit` asks for less time and fewer workers.
  maxWorkers: 3,
  testTimeout: 600_000,
  testSequencer: `${here}/sequencer.cjs`,
  reporters: ["default", `${here}/progress.cjs`],
  projects: [
    suite("unit"),
    suite("contract", onServers),
    suite("e2e", { ...onServers, files: measuring.replace("@", "!") }),
    // A project of its own, since its files run one after the other when all others are done.
    suite("e2e", { ...onServers, files: measuring, runner: `${here}/aloneRunner.cjs` }),
  ].filter(({ displayName }) => isThere(displayName)),
};
