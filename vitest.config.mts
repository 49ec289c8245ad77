import { defineConfig } from "vitest/config";

/** Tests on real servers share this machine's Docker and ports: one file at a time, and time to build images. */
const realServers = {
  environment: "node",
  fileParallelism: false,
  testTimeout: 600_000,
  hookTimeout: 600_000,
} as const;

// The provider SDKs are CommonJS and must share one @pulumi/pulumi with the program: Node loads them.
const server = { deps: { external: [/\/sdks\/nomad\/.*\.js$/, /\/node_modules\//] } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          environment: "node",
          // Some start a process; a busy machine takes its time for that.
          testTimeout: 60_000,
          // Loading the SDKs takes longer than the tests: files share what is loaded, and each sets up the
          // mock engine for itself.
          pool: "threads",
          // Some files mostly wait: a second one goes on meanwhile.
          maxWorkers: 2,
          isolate: false,
          server,
        },
      },
      { test: { name: "contract", include: ["test/contract/**/*.test.ts"], ...realServers, server } },
      { test: { name: "e2e", include: ["test/e2e/**/*.test.ts"], ...realServers, server } },
    ],
  },
});
