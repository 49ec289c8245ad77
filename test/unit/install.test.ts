import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { repoRoot } from "../../commands/base/paths";

type Packages = Record<string, { version: string; optional?: true }>;

const locked: Packages = {
  "": { version: "0.1.0" },
  "node_modules/needed": { version: "1.0.0" },
  "node_modules/for-another-machine": { version: "1.0.0", optional: true },
};

describe("npm start and npm test on a clone", () => {
  let clone: string;
  beforeEach(() => {
    clone = mkdtempSync(join(tmpdir(), "django-nomad-install-"));
    for (const folder of ["commands", "bin", "node_modules"]) mkdirSync(join(clone, folder));
    cpSync(join(repoRoot, "commands", "install.cjs"), join(clone, "commands", "install.cjs"));
    write("package-lock.json", locked);
    // Stands for npm: it writes down what it was asked for, and fails when told to.
    writeFileSync(join(clone, "bin", "npm"), `#!/bin/sh\necho "$@" >> asked\nexit \${NPM_FAILS:-0}\n`);
    chmodSync(join(clone, "bin", "npm"), 0o755);
  });
  afterEach(() => rmSync(clone, { recursive: true, force: true }));

  const write = (file: string, packages: Packages): void =>
    writeFileSync(join(clone, file), JSON.stringify({ packages }));

  const install = (env: NodeJS.ProcessEnv = {}): { asked: string; code: number | null } => {
    const path = [join(clone, "bin"), process.env.PATH].join(delimiter);
    const { status } = spawnSync(process.execPath, ["commands/install.cjs"], {
      cwd: clone,
      env: { ...process.env, PATH: path, ...env },
    });
    const asked = join(clone, "asked");
    return { asked: existsSync(asked) ? readFileSync(asked, "utf8").trim() : "", code: status };
  };

  it("install the packages when none are there", () => {
    expect(install()).toEqual({ asked: "ci --no-audit --no-fund", code: 0 });
  });

  it("install nothing when all that this machine needs is there", () => {
    write("node_modules/.package-lock.json", { "node_modules/needed": { version: "1.0.0" } });
    expect(install()).toEqual({ asked: "", code: 0 });
  });

  it("install again when the lock file names another version", () => {
    write("node_modules/.package-lock.json", { "node_modules/needed": { version: "0.9.0" } });
    expect(install().asked).toBe("ci --no-audit --no-fund");
  });

  it("end when the packages can't be installed", () => {
    expect(install({ NPM_FAILS: "7" }).code).toBe(7);
  });
});

describe("the packages that this project installs", () => {
  type Manifest = { scripts: Record<string, string>; dependencies: Record<string, string> };
  const own = JSON.parse(readFileSync(join(repoRoot, "package.json"), "utf8")) as Manifest;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "django-nomad-scripts-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const npm = (...args: string[]): string => {
    const { stdout, stderr, status } = spawnSync("npm", args, { cwd: folder, encoding: "utf8" });
    expect({ args, status, stderr: status === 0 ? "" : stderr }).toEqual({ args, status: 0, stderr: "" });
    return stdout;
  };

  it("run no script of theirs, with an npm that does not know allowScripts either", () => {
    // A package that leaves a trace, under this project's own settings and without allowScripts.
    const packed = join(folder, "packed");
    mkdirSync(packed);
    const scripts = { install: "echo ran > trace", postinstall: "echo ran > trace" };
    writeFileSync(
      join(packed, "package.json"),
      JSON.stringify({ name: "traced", version: "1.0.0", scripts }),
    );
    npm("pack", "./packed", "--silent");
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ name: "clone", version: "1.0.0", dependencies: { traced: "file:traced-1.0.0.tgz" } }),
    );
    cpSync(join(repoRoot, ".npmrc"), join(folder, ".npmrc"));
    npm("install", "--no-audit", "--no-fund", "--offline");
    expect(existsSync(join(folder, "node_modules", "traced", "package.json"))).toBe(true);
    expect(existsSync(join(folder, "node_modules", "traced", "trace"))).toBe(false);
  });

  it("are installed by npm start and npm test all the same, which therefore have no pre or post scripts", () => {
    const names = Object.keys(own.scripts);
    expect(
      names.filter((name) => names.includes(name.replace(/^(pre|post)/, "")) && /^(pre|post)/.test(name)),
    ).toEqual([]);
    for (const name of ["start", "test", "test:unit", "bench"])
      expect(own.scripts[name]).toMatch(/^node commands\/install\.cjs && /);
  });

  it("include an esbuild that bundles without its own install script", () => {
    const bundled = spawnSync(
      process.execPath,
      [
        "-e",
        'require("esbuild").transform("let a: number = 1", { loader: "ts" }).then(({ code }) => console.log(code))',
      ],
      { cwd: repoRoot, encoding: "utf8" },
    );
    expect(bundled.stdout).toContain("let a = 1");
  });
});
