/** What Nomad's CLI needs in its environment to ask the Nomad of a stack. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { repoRoot } from "../base/paths";
import { UserError } from "../base/step";
import type { DeployedApplication } from "./application";

/** The provider's certificates: as a text, as a file, and the CLI's variable for the file. */
const certificates = [
  ["caPem", "caFile", "NOMAD_CACERT"],
  ["certPem", "certFile", "NOMAD_CLIENT_CERT"],
  ["keyPem", "keyFile", "NOMAD_CLIENT_KEY"],
] as const;

export interface CliEnvironment {
  env: NodeJS.ProcessEnv;
  /** Removes what was written for it. */
  remove(): void;
}

/**
 * The CLI reads certificates from files alone: texts go to a folder that only this user can enter.
 * @throws {UserError} when the CLI can't be told a setting.
 */
export function cliEnvironment({
  cli: { connection, env, setting },
  namespace,
}: Pick<DeployedApplication, "cli" | "namespace">): CliEnvironment {
  if (connection.problem !== undefined) throw new UserError(connection.problem);
  if (setting("headers")) {
    throw new UserError(
      "Nothing was run: the stack sets nomad:headers, which Nomad's CLI takes only as options. Run `nomad -header ...` yourself",
    );
  }
  let folder: string | undefined;
  const written = (name: string, text: string): string => {
    folder ??= mkdtempSync(join(tmpdir(), "django-nomad-cli-"));
    const file = join(folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const files = Object.fromEntries(
    certificates.map(([text, file, variable]) => {
      const [pem, path] = [setting(text), setting(file) ?? env[variable]];
      return [variable, pem ? written(`${text}.pem`, pem) : path && resolve(repoRoot, path)];
    }),
  );
  return {
    env: {
      ...env,
      NOMAD_ADDR: connection.address,
      NOMAD_TOKEN: connection.token,
      NOMAD_REGION: connection.region,
      NOMAD_NAMESPACE: namespace,
      NOMAD_HTTP_AUTH: setting("httpAuth") ?? env.NOMAD_HTTP_AUTH,
      NOMAD_SKIP_VERIFY: connection.skipVerify ? "true" : undefined,
      ...files,
    },
    remove: () => folder !== undefined && rmSync(folder, { recursive: true, force: true }),
  };
}
