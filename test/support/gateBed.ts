import { afterAll, beforeAll } from "@jest/globals";
import type { oldestAndNewest } from "./djangoVersions";
import { type PostgresServer, startPostgres, startTimeout } from "./postgres";
import { pythonEnvironment } from "./pythonEnvironment";

/** Where gates run as processes. */
export interface GateBed {
  readonly server: PostgresServer;
  /** An interpreter that has the version's Django. */
  readonly python: string;
}

/** Made before the tests of the describe block that it is called in; what it gives can be used in tests and hooks. */
export function gateBed(version: (typeof oldestAndNewest)[number]): GateBed {
  let server: PostgresServer;
  let python: string;
  beforeAll(async () => {
    server = await startPostgres({ major: version.major });
    python = await pythonEnvironment(version.requirements, version.python);
  }, startTimeout);
  afterAll(() => server?.stop());
  return {
    get server() {
      return server;
    },
    get python() {
      return python;
    },
  };
}
