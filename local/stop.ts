/** `npm run stop`: takes down what `npm start` started, and nothing else. Rows survive unless `--purge`. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureDocker, stopDocker } from "./docker";
import { isLocalBackend, localEnvironment } from "./environment";
import { agentAddress, stopAgent } from "./nomadAgent";
import { cloneId, stateDir } from "./paths";
import { recoverInterruptedUpdate } from "./recover";
import { run } from "./run";
import { main, say, step, UserError } from "./step";
import { runVerb } from "./verb";

const purge = process.argv.includes("--purge");

/** Stacks of this clone's own backend. */
function stacks(): string[] {
  const folder = join(stateDir, "state", ".pulumi", "stacks", "django-nomad");
  if (!isLocalBackend() || !existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length));
}

async function destroyStack(stack: string): Promise<void> {
  const environment = await localEnvironment(stack);
  await recoverInterruptedUpdate(environment, stack, say);
  const code = await runVerb("destroy", ["--yes", "--skip-preview", "--stack", stack]);
  if (code !== 0)
    throw new UserError(`Stack ${stack} could not be destroyed: see above. Nothing else was stopped`);
}

/** The volumes of this clone's databases, by the clone's part of their names. */
async function purgeVolumes(): Promise<void> {
  const { stdout } = await run("docker", ["volume", "ls", "--quiet", "--filter", `name=-${cloneId}-`]);
  for (const volume of stdout.split("\n").filter(Boolean)) {
    await run("docker", ["volume", "rm", volume]);
    say(`Volume ${volume} removed`);
  }
}

main(async () => {
  const existing = stacks();
  if (agentAddress() !== undefined) {
    for (const stack of existing) {
      say(`pulumi destroy, stack ${stack}`);
      await destroyStack(stack);
    }
  }
  await step("Nomad agent", async () => ((await stopAgent()) ? "stopped" : "was not running"));
  if (purge) {
    if (existing.length > 0) {
      await ensureDocker();
      await purgeVolumes();
    }
    rmSync(join(stateDir, "state"), { recursive: true, force: true });
    say("State removed");
  }
  await step("Docker", async () => (await stopDocker()).reason);
  say(
    purge
      ? "All gone; built tools and base images stay in the user's cache"
      : "Stopped; the database's rows stay. `npm start` brings it back, `npm run stop -- --purge` removes them",
  );
});
