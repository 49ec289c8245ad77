/**
 * Before `npm start` and the tests: installs the packages of package-lock.json when they are not there, so that
 * one command is enough on a fresh clone. Plain JavaScript, since what reads TypeScript is one of the packages.
 */
const { spawnSync } = require("node:child_process");
const { existsSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "..");

function packagesOf(file) {
  const path = join(root, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : {};
}

/** Every package that the lock file names is there in its version; those for other machines may be missing. */
function isInstalled() {
  const installed = packagesOf("node_modules/.package-lock.json");
  return Object.entries(packagesOf("package-lock.json"))
    .filter(([path]) => path.startsWith("node_modules/"))
    .every(([path, { version, optional }]) => {
      const found = installed[path];
      return found ? found.version === version : optional === true;
    });
}

if (!isInstalled()) {
  process.stdout.write("Packages: npm ci\n");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: root, stdio: "inherit" });
  process.exitCode = status ?? 1;
}
