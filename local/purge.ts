/** `npm run stop -- --purge`: which rows it removes, and the question before it. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { forgetToken } from "./agentToken";
import { forgetIngress } from "./ingress";
import { cloneId, repoRoot, stateDir } from "../commands/base/paths";
import { CommandError, run } from "../commands/base/run";
import { say, UserError } from "../commands/base/step";
import { localEnvironment } from "../commands/pulumi/environment";
import { isDevStack } from "../commands/pulumi/passphrase";
import { latestState } from "../commands/pulumi/stackState";

const volumeType = "docker:index/volume:Volume";

/** Of all volumes on this machine; undefined while Docker does not answer. */
async function volumesInDocker(): Promise<string[] | undefined> {
  try {
    const { stdout } = await run("docker", ["volume", "ls", "--format", "{{.Name}}"], { timeoutMs: 10_000 });
    return stdout.split("\n").filter(Boolean);
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

/** Volumes that the stack's state names, and one that an interrupted update made without recording it. */
async function volumesOf(stack: string): Promise<string[]> {
  const recorded = latestState(stack)
    .resources.filter(({ type }) => type === volumeType)
    .map(({ outputs }) => String(outputs?.name));
  const unrecorded = `-${stack}-${cloneId}-`;
  const there = await volumesInDocker();
  return there?.filter((name) => recorded.includes(name) || name.includes(unrecorded)) ?? recorded;
}

/**
 * Lists what goes, and asks if a stack beside dev is among it.
 * @throws {UserError} when the answer is no, or nobody is there to give one.
 */
export async function confirmPurge(stacks: readonly string[], yes: boolean): Promise<void> {
  if (stacks.length === 0) return;
  const lines: string[] = [];
  for (const stack of stacks) {
    const volumes = await volumesOf(stack);
    const rows = volumes.length > 0 ? `, with all rows of ${volumes.join(", ")}` : ", which has no volume";
    lines.push(`  stack ${stack}${rows}`);
  }
  say(`--purge removes for good:\n${lines.join("\n")}`);
  const own = stacks.filter((stack) => !isDevStack(stack));
  if (yes || own.length === 0) return;
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new UserError(
      `\`npm start\` did not make ${own.join(", ")}, and without a terminal nobody can be asked. Nothing was changed. ` +
        "`npm run stop -- --purge --yes` removes all of it",
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await new Promise<string>((resolve) => {
    // Ctrl-C and Ctrl-D close it without an answer.
    terminal.once("close", () => resolve(""));
    terminal.question(`Remove them, ${own.join(", ")} included? Type yes: `, resolve);
  });
  terminal.close();
  if (answer.trim() !== "yes") throw new UserError("Nothing was changed");
}

/** Removes rows and state; the state of a stack that runs elsewhere stays. */
export async function purgeStacks(local: readonly string[], elsewhere: readonly string[]): Promise<void> {
  for (const stack of local) {
    for (const volume of await volumesOf(stack)) {
      await run("docker", ["volume", "rm", volume]);
      say(`Volume ${volume} removed`);
    }
  }
  await removeState(local, elsewhere);
  forgetIngress();
  forgetToken();
}

async function removeState(local: readonly string[], elsewhere: readonly string[]): Promise<void> {
  if (elsewhere.length === 0) {
    rmSync(join(stateDir, "state"), { recursive: true, force: true });
    return say("State removed");
  }
  const { pulumi, env } = await localEnvironment(undefined, { program: false, secrets: false });
  for (const stack of local) {
    await run(pulumi, ["stack", "rm", stack, "--yes", "--force", "--preserve-config"], {
      env,
      cwd: repoRoot,
    });
    say(`State of stack ${stack} removed`);
  }
}
