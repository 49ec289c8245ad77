import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Clone, type Finished } from "../support/clone";
import { inspectContainers } from "../support/docker";
import { requestLoop } from "../support/requests";
import { SiteImages } from "../support/siteImages";
import { expectShowing } from "../support/expectShowing";
import { writtenFiles } from "../support/writtenFiles";

interface Allocation {
  ID: string;
  ClientStatus: string;
}

/** What breaks quoting somewhere between a config file, a template, an env file and a container. */
const tricky = {
  SAYS_MORE: "two\nlines and\ta tab",
  SAYS_QUOTES: `double " single ' back \\ tick \``,
  SAYS_DOLLAR: "$HOME ${node.class} $$ %41 #no comment",
  SAYS_TEMPLATE: '{{ key "x" }} {{ with nomadVar "y" }}{{ end }}',
  SAYS_UTF8: "pässword-漢字-🔑",
  SAYS_SPACES: "  begins and ends with two  ",
};
const databasePassword = "not-the-known-one-42";
const dollars = "rotated $1 value";

/** A migration that tells everything it knows, as a crash with a debug page would. */
const tells = {
  name: "0002_tells",
  body: [
    "def work(apps, editor):",
    "    import json, os, urllib.parse",
    "    known = {k: v for k, v in os.environ.items() if k.startswith(('SAYS_', 'SECRET_', 'POSTGRES_'))}",
    "    for value in known.values():",
    "        print(value, json.dumps(value), repr(value), urllib.parse.quote(value), flush=True)",
    "    raise ValueError(f'could not connect with {known}')",
    "",
  ].join("\n"),
  operations: ["migrations.RunPython(work)"],
};

describe("a stack's secrets", () => {
  const images = new SiteImages();
  const said: string[] = [];
  let clone: Clone;
  let secrets: string[];

  const heard = async (finished: Promise<Finished>): Promise<Finished> => {
    const { code, output } = await finished;
    said.push(output);
    return { code, output };
  };
  const allocations = (): Promise<Allocation[]> => clone.nomadGet<Allocation[]>("/v1/job/django/allocations");
  const running = async (): Promise<string[]> =>
    (await allocations()).filter((one) => one.ClientStatus === "running").map(({ ID }) => ID);
  const inServer = (allocation: string, program: string): string =>
    execFileSync("docker", ["exec", `server-${allocation}`, "python", "-c", program], {
      encoding: "utf8",
    }).trim();
  const environmentOf = (allocation: string): Record<string, string> =>
    JSON.parse(inServer(allocation, "import json, os; print(json.dumps(dict(os.environ)))")) as Record<
      string,
      string
    >;
  const configure = async (...args: string[]): Promise<void> => {
    const { code, output } = await clone.verb("pulumi", "config", ...args, "--stack", "dev");
    if (code !== 0) throw new Error(output);
  };
  const setSecrets = (values: Record<string, string>): Promise<void> => {
    const pairs = Object.entries(values).map(([name, value]) => [
      "--secret",
      `secretEnvVars.${name}=${value}`,
    ]);
    return configure("set-all", "--path", ...pairs.flat());
  };
  /** What holds a secret where none may be, in any of the usual spellings. */
  const found = (where: string, text: string): string[] =>
    secrets.flatMap((secret) => {
      const spellings = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
      return spellings.some((spelling) => text.includes(spelling))
        ? [`${where} holds ${JSON.stringify(secret)}`]
        : [];
    });

  beforeAll(async () => {
    clone = Clone.create();
    const stack = clone.checkEverySecond();
    clone.write(
      "Pulumi.dev.yaml",
      stack
        .replace(/ {4}SECRET_KEY:\n.*\n/, "")
        .replace(/$/, "  django-nomad:secretKeyVersion: 1\n  django-nomad:update: {minHealthyTime: 1s}\n"),
    );
    await setSecrets({ ...tricky, POSTGRES_PASSWORD: databasePassword });
    const { code, output } = await heard(clone.npm(["start"]));
    if (code !== 0) throw new Error(output);
  });
  afterAll(async () => {
    await clone.remove();
    images.remove();
  });

  it("reach the tasks as they were given: newlines, quotes, dollars, braces and UTF-8", async () => {
    for (const allocation of await running()) {
      expect(environmentOf(allocation)).toMatchObject({ ...tricky, POSTGRES_PASSWORD: databasePassword });
    }
  });

  it("hold a SECRET_KEY that the stack made, the same for all instances", async () => {
    const keys = (await running()).map((allocation) => environmentOf(allocation).SECRET_KEY);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toMatch(/^[A-Za-z0-9]{64}$/);
    expect(new Set(keys).size).toBe(1);
  });

  describe("rotated together with SECRET_KEY", () => {
    /** With the keys that an instance has. */
    const withDjango = (program: string): string =>
      [
        "import os",
        "from django.conf import settings",
        "from django.core import signing",
        "fallbacks = [key for key in os.environ.get('SECRET_KEY_FALLBACKS', '').split(',') if key]",
        "settings.configure(SECRET_KEY=os.environ['SECRET_KEY'], SECRET_KEY_FALLBACKS=fallbacks)",
        program,
      ].join("\n");
    let signed: string;
    let keyBefore: string;

    beforeAll(async () => {
      const [before] = await running();
      keyBefore = environmentOf(before).SECRET_KEY;
      signed = inServer(before, withDjango("print(signing.dumps('a session'))"));
    });

    it("are a rollout of one canary first that loses no request", async () => {
      await setSecrets({ SAYS_DOLLAR: dollars });
      await configure("set", "secretKeyVersion", "2");
      const before = await running();
      const loop = requestLoop({
        instances: async () =>
          (await clone.registrations("django")).map(
            ({ Address, Port }) => `http://${Address}:${Port}/version`,
          ),
        perSecond: 20,
      });
      const { code, output } = await heard(clone.verb("up", "--yes"));
      const requests = await loop.stop();
      expect(output).toContain("healthy 1/2");
      expectShowing(code, output).toBe(0);
      expect(requests.sent).toBeGreaterThan(20);
      expect(requests.lost).toEqual([]);
      const after = await running();
      expect(before.filter((id) => after.includes(id))).toEqual([]);
    });

    it("leave what the key of before has signed valid", async () => {
      const [after] = await running();
      const { SECRET_KEY, SECRET_KEY_FALLBACKS, SAYS_DOLLAR } = environmentOf(after);
      expect(SECRET_KEY).not.toBe(keyBefore);
      expect(SECRET_KEY_FALLBACKS).toBe(keyBefore);
      expect(SAYS_DOLLAR).toBe(dollars);
      expect(inServer(after, withDjango(`print(signing.loads('${signed}'))`))).toBe("a session");
    });
  });

  describe("after a failed migration that printed all of them", () => {
    beforeAll(async () => {
      const [one] = await running();
      const { SECRET_KEY, SECRET_KEY_FALLBACKS } = environmentOf(one);
      secrets = [...Object.values(tricky), dollars, databasePassword, SECRET_KEY, SECRET_KEY_FALLBACKS];
      const image = images.build({ version: "tells", migrations: [tells] });
      const failed = await heard(clone.verb("up", "--yes", "-c", `djangoImage=${image}`));
      expect(failed.output).toContain("a migration failed (exit code 11)");
      expect(failed.output).toContain("ValueError: could not connect with");
      expect(failed.output).toContain("[secret]");
      await heard(clone.verb("preview", "--diff"));
      await heard(clone.verb("refresh", "--yes"));
      await heard(clone.verb("pulumi", "stack", "export", "--stack", "dev"));
      await heard(clone.verb("pulumi", "config", "--stack", "dev"));
    });

    it("are in no line of what any command printed, the failed one's report included", () => {
      expect(said.length).toBeGreaterThan(5);
      expect(said.flatMap((output, number) => found(`output ${number}`, output))).toEqual([]);
    });

    it("are nowhere in what Nomad tells of the job, its versions, allocations, deployments and evaluations", async () => {
      const paths = [
        ...[
          "",
          "/versions",
          "/allocations?all=true",
          "/deployments?all=true",
          "/evaluations",
          "/submission?version=0",
        ].map((part) => `/v1/job/django${part}`),
        ...(await allocations()).map(({ ID }) => `/v1/allocation/${ID}`),
        "/v1/vars",
      ];
      for (const path of paths) {
        const text = JSON.stringify(await clone.nomadGet(path));
        expectShowing(text.length, path).toBeGreaterThan(10);
        expect(found(path, text)).toEqual([]);
      }
    });

    it("are in no label, command or mount of a container, and in no label of a volume or network", () => {
      const inspected = inspectContainers();
      expect(inspected.some(({ Name }) => Name.startsWith("/server-"))).toBe(true);
      for (const container of inspected) {
        // Docker shows a container's environment to whoever may use Docker, which is as much as root.
        const { Env: _, ...config } = container.Config;
        expect(found(container.Name, JSON.stringify({ ...container, Config: config }))).toEqual([]);
      }
    });

    it("are in no file that the project writes: state, history, logs of the agent, the stack's config", () => {
      const files = writtenFiles(clone);
      expect(files.some((file) => file.includes(join(".local", "state")))).toBe(true);
      const holders = files.flatMap((file) => [
        ...found(file, readFileSync(file, "latin1")),
        ...found(file, readFileSync(file, "utf8")),
      ]);
      expect(holders).toEqual([]);
    });
  });
});
