import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { repoRoot } from "../../../commands/base/paths";
import { described } from "../../preflight";
import { availableMemory } from "../../preflight/memory";
import { comesByItself, type Facts, lacksOf } from "../../preflight/problems";

/** Root on Debian, with all that was ever built. */
const complete: Facts = {
  platform: "linux",
  root: true,
  user: "root",
  apt: true,
  docker: { client: true, daemon: "answers", startable: true },
  toolsToBuild: [],
  go: { version: "1.26.8", fetchesNewer: false },
  imagesToMake: [],
  python: true,
  testPrograms: [],
  memory: 8000,
  disks: [{ paths: ["/"], free: 50_000, uses: ["clone", "cache", "modules", "compiled", "docker"] }],
  agentPorts: { free: true, first: 4646, last: 9548 },
};
const user: Partial<Facts> = { root: false, user: "ada" };

const docker = (changes: Partial<Facts["docker"]>): Partial<Facts> => ({
  docker: { ...complete.docker, ...changes },
});

/** One text for each lack: what, and what to do. */
const lacking = (...changes: Partial<Facts>[]): string[] =>
  lacksOf(Object.assign({}, complete, ...changes) as Facts).map((one) => described([one]));

describe("what a machine lacks", () => {
  it("is nothing where all is there", () => {
    expect(lacking()).toEqual([]);
    expect(lacking(user)).toEqual([]);
    expect(comesByItself(complete)).toEqual([]);
  });

  it("is nothing for root on a bare Debian with Go: the rest comes by itself, and is named", () => {
    const bare = {
      docker: { client: false, daemon: "silent", startable: false },
      toolsToBuild: ["pulumi", "nomad"],
      imagesToMake: undefined,
      python: false,
    } as const;
    expect(lacking({ ...bare, toolsToBuild: ["pulumi", "nomad"] })).toEqual([]);
    expect(comesByItself({ ...complete, ...bare, toolsToBuild: ["pulumi", "nomad"] })).toEqual([
      "Docker (installed and started)",
      "pulumi and nomad (built with Go, some minutes each)",
      "the sample images (some 2 minutes)",
    ]);
  });

  it("is said all at once", () => {
    const everything = lacking(
      user,
      docker({ client: false, daemon: "silent", startable: false }),
      { toolsToBuild: ["pulumi", "nomad"], go: undefined, imagesToMake: undefined, python: false },
      { memory: 300, disks: [{ paths: ["/"], free: 900, uses: ["clone", "docker"] }] },
      { agentPorts: { free: false, first: 4646, last: 9548 }, testPrograms: ["git", "openssl"] },
    );
    expect(everything).toHaveLength(8);
  });

  it.each(["darwin", "win32", "freebsd"])("is Linux on %s, and nothing else is worth saying", (platform) => {
    const [one, ...more] = lacking({ platform, ...user }, docker({ client: false, daemon: "silent" }));
    expect(one).toContain(`this is ${platform}`);
    expect(one).toContain("WSL 2");
    expect(more).toEqual([]);
  });
});

describe("Docker", () => {
  it.each([
    ["is started by root where it is installed", [docker({ daemon: "silent" })]],
    ["is started by root also without apt-get", [docker({ daemon: "silent" }), { apt: false }]],
    ["is installed by root on Debian", [docker({ client: false, daemon: "silent", startable: false })]],
    [
      "gets its client installed for a daemon elsewhere",
      [docker({ client: false, daemon: "silent", host: "tcp://d:1" })],
    ],
  ])("%s", (_, changes) => {
    expect(lacking(...changes)).toEqual([]);
  });

  it.each([
    [
      "a user without a client",
      [user, docker({ client: false, daemon: "silent" })],
      /^ {2}- Docker is not installed.*\n.*docs\.docker\.com/,
    ],
    [
      "root without a client and without apt-get",
      [{ apt: false }, docker({ client: false, daemon: "silent", startable: false })],
      /Docker is not installed/,
    ],
    [
      "root without a daemon and without apt-get",
      [{ apt: false }, docker({ daemon: "silent", startable: false })],
      /does not answer to user root.*\n.*Install Docker Engine/,
    ],
    [
      "a user before a daemon that is stopped",
      [user, docker({ daemon: "silent", says: "Is the docker daemon running?" })],
      /does not answer to user ada\. It says: Is the docker daemon running\?\n.*systemctl start docker/,
    ],
    [
      "a user who may not ask",
      [user, docker({ daemon: "silent", says: "permission denied while trying to connect" })],
      /permission denied.*\n.*usermod -aG docker ada/,
    ],
    [
      "anybody whose DOCKER_HOST is silent",
      [docker({ daemon: "silent", host: "tcp://d:1" })],
      /DOCKER_HOST=tcp:\/\/d:1 does not answer.*\n.*unset DOCKER_HOST/,
    ],
    [
      "a user whose DOCKER_HOST is silent",
      [user, docker({ daemon: "silent", host: "tcp://d:1" })],
      /DOCKER_HOST=tcp:\/\/d:1 does not answer/,
    ],
  ])("is missing for %s", (_, changes, expected) => {
    const found = lacksOf(Object.assign({}, complete, ...changes) as Facts);
    expect(described(found)).toMatch(expected);
    expect(found.map(({ certain }) => certain)).toEqual([true]);
  });

  it("that is slow ends nothing", () => {
    const found = lacksOf({ ...complete, ...user, ...docker({ daemon: "slow" }) });
    expect(found.map(({ certain }) => certain)).toEqual([false]);
  });
});

describe("Go", () => {
  it("is not asked for where nothing has to be built", () => {
    expect(lacking({ go: undefined })).toEqual([]);
  });

  it.each([
    [
      ["pulumi", "nomad"],
      undefined,
      /pulumi and nomad are neither on PATH nor built before.*which is not on PATH/,
    ],
    [["nomad"], undefined, /nomad is neither on PATH.*\n.*go\.dev\/dl.*or put nomad on PATH/],
    [["pulumi"], { version: "1.25.9", fetchesNewer: false }, /the one on PATH is 1\.25\.9/],
  ] as const)("is missing for %s with %o", (tools, go, expected) => {
    expect(lacking({ toolsToBuild: [...tools], go }).join()).toMatch(expected);
  });

  it.each([
    { version: "1.26", fetchesNewer: false },
    { version: "1.27.1", fetchesNewer: false },
    { version: "2.0", fetchesNewer: false },
    { version: "1.21.0", fetchesNewer: true },
  ])("will do as %o", (go) => {
    expect(lacking({ toolsToBuild: ["pulumi"], go })).toEqual([]);
  });
});

describe("images", () => {
  it.each([
    [{ ...user, python: false }, "root, for debootstrap, and Python 3 with pip"],
    [{ ...user }, "takes root, for debootstrap"],
    [{ apt: false, python: false }, "apt-get, which installs debootstrap, and Python 3 with pip"],
  ])("may need what %o lacks, which ends nothing", (changes, expected) => {
    const found = lacksOf({ ...complete, ...changes, imagesToMake: ["v1"] });
    expect(described(found)).toContain(expected);
    expect(found.map(({ certain }) => certain)).toEqual([false]);
  });

  it("are made by root on Debian, which has Python installed when it is missing", () => {
    expect(lacking({ imagesToMake: ["v1"], python: false })).toEqual([]);
  });
});

describe("memory and disks", () => {
  it.each([
    [
      "builds",
      { toolsToBuild: ["pulumi"] as Facts["toolsToBuild"], memory: 1900 },
      /1\.9 GB of memory are free, and 2\.0 GB are needed to build pulumi/,
    ],
    ["the dev stack", { memory: 1400 }, /1\.5 GB are needed for Nomad, PostgreSQL and the site/],
  ])("are said when there is too little memory for %s", (_, changes, expected) => {
    expect(lacking(changes).join()).toMatch(expected);
  });

  it("are not asked for where the agent runs already", () => {
    expect(
      lacking({
        memory: 10,
        agentPorts: undefined,
        disks: [{ paths: ["/"], free: 1, uses: ["clone", "docker"] }],
      }),
    ).toEqual([]);
  });

  it("add up what one disk is wanted for, and name its folders", () => {
    const uses: Facts["disks"][number]["uses"] = ["modules", "compiled", "cache"];
    const disk = { paths: ["/go", "/cache"], free: 6500, uses };
    expect(lacking({ toolsToBuild: ["pulumi"], disks: [disk] }).join()).toMatch(
      /6\.5 GB are free on the disk of \/go, \/cache, and 6\.8 GB are needed/,
    );
    expect(lacking({ toolsToBuild: ["pulumi"], disks: [{ ...disk, free: 6900 }] })).toEqual([]);
    expect(lacking({ disks: [{ ...disk, free: 10 }] })).toEqual([]);
  });

  it("are those of a container where its limit is less than the machine has", () => {
    const files: Record<string, string> = {
      "/proc/meminfo": "MemTotal: 9 kB\nMemAvailable:    8000000 kB\n",
    };
    const read = (file: string): string | undefined => files[file];
    expect(availableMemory(read)).toBe(8192);
    files["/sys/fs/cgroup/memory.max"] = "max\n";
    expect(availableMemory(read)).toBe(8192);
    files["/sys/fs/cgroup/memory.max"] = "2000000000\n";
    files["/sys/fs/cgroup/memory.current"] = "1500000000\n";
    files["/sys/fs/cgroup/memory.stat"] = "anon 1\ninactive_file 500000000\n";
    expect(availableMemory(read)).toBe(1000);
    expect(availableMemory(() => undefined)).toBe(Infinity);
  });

  it("are read from the older kernel's files, too", () => {
    const files: Record<string, string> = {
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "1000000000\n",
      "/sys/fs/cgroup/memory/memory.usage_in_bytes": "900000000\n",
      "/sys/fs/cgroup/memory/memory.stat": "total_inactive_file 100000000\n",
    };
    expect(availableMemory((file) => files[file])).toBe(200);
  });
});

describe("ports and the tests' own programs", () => {
  it("are said with what shows who holds them", () => {
    const [one] = lacking({ agentPorts: { free: false, first: 4646, last: 9548 } });
    expect(one).toContain("ss -ltnp");
    expect(one).toContain("4646 to 4648");
  });

  it("each program is named with the command that installs it", () => {
    expect(lacking({ testPrograms: ["openssl"] })[0]).toMatch(
      /use openssl, which is not on PATH\.\n.*apt-get install openssl/,
    );
  });
});

describe("a shell in which PULUMI_BACKEND_URL is set", () => {
  it.each([
    ["start", [], "npm start"],
    ["stop", ["--purge"], "npm run stop -- --purge"],
  ])("npm run %s %j refuses at once, changes nothing, and says what to do", (script, args, typed) => {
    const folder = mkdtempSync(join(tmpdir(), "django-nomad-preflight-"));
    try {
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        ["--require", "./commands/typescript.cjs", `local/${script}.ts`, ...args],
        {
          cwd: repoRoot,
          encoding: "utf8",
          env: {
            ...{ PATH: folder, HOME: folder, XDG_CACHE_HOME: folder, DJANGO_NOMAD_STATE_DIR: folder },
            PULUMI_BACKEND_URL: "s3://shop-pulumi",
          },
        },
      );
      expect([stdout, status, readdirSync(folder)]).toEqual(["", 1, []]);
      expect(stderr).toBe(
        `\nerror: PULUMI_BACKEND_URL is s3://shop-pulumi, and \`${typed}\` works on stacks whose state is in this clone. ` +
          `Nothing was changed. Unset it for this command: env -u PULUMI_BACKEND_URL ${typed}\n`,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("npm start on a machine with nothing but Node", () => {
  let empty: string;
  beforeAll(() => {
    empty = mkdtempSync(join(tmpdir(), "django-nomad-preflight-"));
  });
  afterAll(() => rmSync(empty, { recursive: true }));

  it("says all that is missing and what to do, starts nothing, and ends red", () => {
    const { stdout, status } = spawnSync(
      process.execPath,
      ["--require", "./commands/typescript.cjs", "local/start.ts"],
      {
        cwd: repoRoot,
        encoding: "utf8",
        env: {
          PATH: empty,
          HOME: empty,
          XDG_CACHE_HOME: empty,
          DJANGO_NOMAD_STATE_DIR: empty,
          // Nobody listens there: no download.
          DJANGO_NOMAD_NOMAD_RELEASES: "http://127.0.0.1:9",
          DJANGO_NOMAD_PULUMI_RELEASES: "http://127.0.0.1:9",
        },
      },
    );
    expect(stdout).toContain("This machine lacks:");
    if (process.platform === "linux") {
      expect(stdout).toContain("Docker is not installed");
      expect(stdout).toContain("pulumi and nomad are neither on PATH nor built before");
      expect(stdout).toContain("The sample images are missing");
    }
    expect(stdout).toContain("Nothing was started");
    expect(status).toBe(1);
    expect(readdirSync(empty)).toEqual([]);
  });
});
