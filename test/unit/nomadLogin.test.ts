import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { repoRoot } from "../../commands/base/paths";
import { FakeNomad } from "../support/fakeNomad";

const claims = {
  iss: "https://ci.example.com",
  aud: "nomad",
  repository: "acme/shop",
  ref: "refs/heads/x",
  jti: "1",
};
const jwt = `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2lnbmVk`;
const SecretID = "5ec7e7a0-0000-4000-8000-000000000000";

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

describe("npm run nomad-login", () => {
  let nomad: FakeNomad;
  let folder: string;
  beforeEach(async () => {
    nomad = await FakeNomad.start();
    folder = mkdtempSync(join(tmpdir(), "django-nomad-login-"));
  });
  afterEach(async () => {
    await nomad.stop();
    rmSync(folder, { recursive: true });
  });

  /** For the dev stack, whose file names no address: NOMAD_ADDR counts. */
  const logIn = (env: NodeJS.ProcessEnv, ...args: string[]): Promise<Ended> =>
    logInAt(repoRoot, env, ...args);
  /** @param clone its root. */
  const logInAt = (clone: string, env: NodeJS.ProcessEnv, ...args: string[]): Promise<Ended> => {
    const command = ["--require", "./commands/typescript.cjs", "commands/ci/nomadLogin.ts", ...args];
    const child = spawn(process.execPath, command, {
      cwd: clone,
      env: { PATH: process.env.PATH, NOMAD_ADDR: nomad.address, ...env },
    });
    const ended = { code: null, stdout: "", stderr: "" } as Ended;
    child.stdout.setEncoding("utf8").on("data", (text: string) => (ended.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (ended.stderr += text));
    return new Promise((resolve, reject) => {
      child.once("error", reject).once("close", (code) => resolve({ ...ended, code }));
    });
  };
  const login = {
    SecretID,
    Name: "ci acme/shop",
    Policies: ["shop-deploy"],
    Roles: null,
    ExpirationTime: "2030-01-01T00:00:00Z",
  };
  const given = { NOMAD_LOGIN_JWT: `${jwt}\n`, NOMAD_AUTH_METHOD: "ci", NOMAD_TOKEN: "another" };

  it("prints the token alone on standard output, and asks without a token that is there already", async () => {
    nomad.answer("/v1/acl/login", login);
    const { code, stdout, stderr } = await logIn(given, "--stack", "dev");
    expect([code, stdout]).toEqual([0, `${SecretID}\n`]);
    expect(stderr).toMatch(
      /^Logged in to Nomad at http:\S+ as ci acme\/shop, with shop-deploy, until 2030-01-01T00:00:00Z\n$/,
    );
    expect(nomad.requests[0].headers["x-nomad-token"]).toBeUndefined();
  });

  it("hands the token to a GitHub job's later steps, masked in its log", async () => {
    nomad.answer("/v1/acl/login", login);
    const file = join(folder, "environment");
    writeFileSync(file, "OTHER=1\n");
    const { stdout } = await logIn({ ...given, GITHUB_ENV: file }, "--stack", "dev");
    expect(stdout).toBe(`::add-mask::${SecretID}\n`);
    expect(readFileSync(file, "utf8")).toBe(`OTHER=1\nNOMAD_TOKEN=${SecretID}\n`);
  });

  it("says what the ID token claims where Nomad gives no token, and never the ID token", async () => {
    nomad.refuse("/v1/acl/login", 400, "no role or policy bindings matched");
    const { code, stdout, stderr } = await logIn(given, "--stack", "dev");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("Nomad's auth method ci gave no token");
    expect(stderr).toContain("no role or policy bindings matched");
    expect(stderr).toContain("  repository: acme/shop\n  ref: refs/heads/x\n");
    expect(stderr).not.toContain(jwt);
  });

  describe("with a stack's file that has settings of the provider", () => {
    beforeEach(() => {
      for (const part of ["commands", "components", "Pulumi.yaml", "package.json"]) {
        cpSync(join(repoRoot, part), join(folder, part), { recursive: true });
      }
      symlinkSync(join(repoRoot, "node_modules"), join(folder, "node_modules"));
      const config = {
        "nomad:address": nomad.address,
        "nomad:headers": [{ name: "X-Proxy", value: "open" }],
        "nomad:skipVerify": true,
        "nomad:region": null,
        "nomad:httpAuth": { secure: "v1:c2VjcmV0" },
        "nomad:secretId": { secure: "v1:c2VjcmV0" },
      };
      writeFileSync(join(folder, "Pulumi.prod.yaml"), JSON.stringify({ config }));
    });

    it("takes a list and a boolean as the program does", async () => {
      nomad.answer("/v1/acl/login", login);
      const { code, stderr } = await logInAt(folder, given, "--stack", "prod");
      expect([code, stderr]).toEqual([0, expect.stringMatching(/^Logged in to Nomad at /)]);
      const { headers, query } = nomad.requests[0];
      expect(headers).toMatchObject({ "x-proxy": "open" });
      expect([headers.authorization, query.get("region")]).toEqual([undefined, null]);
    });

    it("names the encrypted ones that it can't read where Nomad gives no token", async () => {
      nomad.refuse("/v1/acl/login", 401, "who are you?");
      const { stderr } = await logInAt(folder, given, "--stack", "prod");
      expect(stderr).toMatch(
        /\nnomad:httpAuth of Pulumi\.prod\.yaml is encrypted: this command reads no secrets, and asked without\n$/,
      );
    });
  });

  it.each<[string, NodeJS.ProcessEnv, string[], RegExp]>([
    [
      "an ID token",
      { NOMAD_AUTH_METHOD: "ci" },
      ["--stack", "dev"],
      /There is no ID token .*permissions: id-token: write.*NOMAD_LOGIN_JWT/,
    ],
    [
      "GitHub's answer, which a proxy may stand in the way of",
      {
        ...{ NOMAD_AUTH_METHOD: "ci", HTTPS_PROXY: "http://127.0.0.1:9" },
        ...{ ACTIONS_ID_TOKEN_REQUEST_URL: "http://127.0.0.1:9/", ACTIONS_ID_TOKEN_REQUEST_TOKEN: "t" },
      },
      ["--stack", "dev"],
      /GitHub gave no ID token: .*\. HTTPS_PROXY is set, and Node does not use it: that takes NODE_USE_ENV_PROXY=1/,
    ],
    [
      "an auth method",
      { NOMAD_LOGIN_JWT: jwt },
      ["--stack", "dev"],
      /Name Nomad's auth method: --auth-method, or NOMAD_AUTH_METHOD/,
    ],
    ["a stack", given, [], /Usage: npm run --silent nomad-login/],
    ["a stack's file", given, ["--stack", "nowhere"], /There is no Pulumi\.nowhere\.yaml/],
  ])("asks nobody without %s, and says what is missing", async (_what, env, args, message) => {
    const { code, stderr } = await logIn(env, ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(nomad.asked).toEqual([]);
  });
});
