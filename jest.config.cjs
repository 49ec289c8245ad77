/** Three suites: `jest --selectProjects unit`, `contract` or `e2e`. See docs/decisions/jest.md. */
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const here = "<rootDir>/test/support/jest";

/** Folders with tests. Those of the workshop lie beside what they test, and go where it goes. */
const folders = ["test", "local/test", "offline/test", "bench/test"].filter((folder) =>
  existsSync(join(__dirname, folder)),
);

const suite = (name) => ({
  displayName: name,
  testMatch: folders.map((folder) => `<rootDir>/${folder}/${name}/**/*.test.ts`),
  testEnvironment: `${here}/environment.cjs`,
  roots: folders.map((folder) => `<rootDir>/${folder}`),
  moduleFileExtensions: ["ts", "js", "cjs", "mjs", "json", "node"],
  transform: { "\\.ts$": `${here}/transform.cjs` },
  resolver: `${here}/resolver.cjs`,
  setupFiles: [`${here}/console.cjs`],
});

module.exports = {
  // Tests on real servers share this machine's Docker and ports, and images take their time to be built: one file at
  // a time, and ten minutes for each test. `npm run test:unit` asks for less time and more workers.
  maxWorkers: 1,
  testTimeout: 600_000,
  reporters: ["default", `${here}/progress.cjs`],
  projects: ["unit", "contract", "e2e"].map(suite),
};
