const suite = {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  moduleFileExtensions: ["ts", "js", "cjs", "mjs", "json", "node"],
  transform: { "\\.ts$": "<rootDir>/test/support/transform.cjs" },
};

/** Tests on real servers share this machine's Docker and ports; images take their time to be built. */
const realServers = { ...suite, testTimeout: 600_000 };

module.exports = {
  // One file at a time, unless asked otherwise: only the unit tests can do with more.
  maxWorkers: 1,
  projects: [
    // Some start a process; a busy machine takes its time for that.
    { ...suite, displayName: "unit", testMatch: ["<rootDir>/test/unit/**/*.test.ts"], testTimeout: 60_000 },
    { ...realServers, displayName: "contract", testMatch: ["<rootDir>/test/contract/**/*.test.ts"] },
    { ...realServers, displayName: "e2e", testMatch: ["<rootDir>/test/e2e/**/*.test.ts"] },
  ],
};
