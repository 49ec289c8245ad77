/** Takes down what a run of tests has left: its processes by their ids, and nothing of anybody else's. */
import { execFileSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { endHelpers, unmountBelow } from "../../local/leftovers";
import { childrenOf, kill, startOf } from "../../local/processes";
import { developmentPassphrase } from "../../commands/pulumi/passphrase";
import { removeContainers } from "./removeContainers";
import { leftoversOf, type Remembered } from "./leftovers";

/** In which order: what starts something goes before it, and containers go before their networks. */
const order: Remembered["kind"][] = ["group", "clone", "process", "home", "container", "network"];

/** @returns what was there, a line for each. */
export function takeDown(folder: string): string[] {
  const left = leftoversOf(folder).sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const lines = left.flatMap((leftover) => {
    try {
      return takeDownOne(leftover) ? [inWords(leftover)] : [];
    } catch (error) {
      // The others go all the same.
      return [`${inWords(leftover)} is still there: ${(error as Error).message}`];
    }
  });
  rmSync(folder, { recursive: true, force: true });
  return lines;
}

/** @returns whether it was still there. */
function takeDownOne(leftover: Remembered): boolean {
  switch (leftover.kind) {
    case "process":
    case "group": {
      const { pid, started } = leftover;
      if (started === undefined || startOf(pid) !== started) return false;
      for (const one of leftover.kind === "group" ? [-pid] : [...childrenOf(pid), pid]) kill(one);
      return true;
    }
    case "home": {
      if (!existsSync(leftover.path)) return false;
      endHelpers(leftover.path);
      removeContainers(leftover.path);
      unmountBelow(leftover.path);
      rmSync(leftover.path, { recursive: true, force: true });
      return true;
    }
    case "clone": {
      if (!existsSync(leftover.path)) return false;
      execFileSync("npm", ["run", "--silent", "stop", "--", "--purge", "--yes"], {
        cwd: leftover.path,
        // Stacks of tests have this one, too.
        env: { ...process.env, PULUMI_CONFIG_PASSPHRASE: developmentPassphrase },
        stdio: "pipe",
      });
      rmSync(leftover.path, { recursive: true, force: true });
      return true;
    }
    case "container":
      return docker("rm", "--force", "--volumes", leftover.name);
    case "network":
      return docker("network", "rm", leftover.name);
  }
}

/** @returns false when Docker knows nothing of that name. */
function docker(...args: string[]): boolean {
  try {
    // `docker rm --force` of an unknown name succeeds, and says so on standard error alone.
    return execFileSync("docker", args, { encoding: "utf8", stdio: "pipe" }).trim() !== "";
  } catch (error) {
    if (/not found|No such/i.test((error as Error).message)) return false;
    throw error;
  }
}

function inWords(leftover: Remembered): string {
  if ("pid" in leftover) return `process ${leftover.pid}`;
  return `${leftover.kind} ${"path" in leftover ? leftover.path : leftover.name}`;
}
