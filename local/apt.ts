/** Installs what is missing with apt, where that is possible. */
import { run } from "../commands/base/run";
import { UserError } from "../commands/base/step";

const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_MODE: "l" };
// Another apt may be at work: wait for it rather than fail.
const common = ["--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"];

export interface AptOptions {
  /** What the packages are for; completes "... is needed to". */
  purpose: string;
  log?: (line: string) => void;
}

/** Whether a program is on PATH. */
export async function hasCommand(command: string): Promise<boolean> {
  return run("sh", ["-c", 'command -v "$1"', "sh", command]).then(
    () => true,
    () => false,
  );
}

/** Whether apt can be asked: the machine has it and this process is root. */
export async function canInstall(): Promise<boolean> {
  return process.getuid?.() === 0 && (await hasCommand("apt-get"));
}

/** @throws {UserError} when apt can't be used here, with what to install by hand. */
export async function aptInstall(packages: string[], options: AptOptions): Promise<void> {
  const names = packages.join(" ");
  if (!(await canInstall())) {
    throw new UserError(
      `${names} is needed to ${options.purpose}. Only root on Debian or Ubuntu can have it installed ` +
        `automatically: install it (for example \`sudo apt-get install ${names}\`) and try again.`,
    );
  }
  const install = (): Promise<unknown> =>
    run("apt-get", ["install", ...common, ...packages], { env: environment, log: options.log });
  try {
    await install();
  } catch (error) {
    // Package lists may be absent or name versions that the mirror no longer has.
    options.log?.(`apt-get install failed (${(error as Error).message.split("\n").at(-1)}); updating lists`);
    await run("apt-get", ["update"], { env: environment, log: options.log });
    await install();
  }
}

/** Installs a program's package unless the program is there. */
export async function ensureCommand(
  command: string,
  packageName: string,
  options: AptOptions,
): Promise<void> {
  if (await hasCommand(command)) return;
  options.log?.(`installing ${packageName}`);
  await aptInstall([packageName], options);
}
