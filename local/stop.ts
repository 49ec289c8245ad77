/**
 * `npm run stop`: takes down what `npm start` started, and nothing else. Rows survive unless `--purge`.
 * Stacks that name a cluster of their own (`nomad:address`) are not this clone's to stop.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { forgetToken } from "./agentToken";
import { ensureDocker, stopDocker } from "./docker";
import { localEnvironment } from "../commands/pulumi/environment";
import { configuredNomadAddress } from "../commands/pulumi/nomadVariables";
import { forgetIngress } from "./ingress";
import { ensureAgent, hasAgentLeft, stopAgent } from "./nomadAgent";
import { cloneId, repoRoot, stateDir } from "../commands/base/paths";
import { recoverInterruptedUpdate } from "./recover";
import { run } from "../commands/base/run";
import { latestState, stacks } from "../commands/pulumi/stackState";
import { main, say, step, UserError } from "../commands/base/step";
import { ensureTool } from "./tools";
import { runVerb } from "../commands/verb";

const volumeType = "docker:index/volume:Volume";
/** What runs; the rest of a destroyed stack is its volume, which is kept. */
const runningTypes = [
  "nomad:index/job:Job",
  "docker:index/container:Container",
  "docker:index/network:Network",
];

function isDeployed(stack: string): boolean {
  const { resources, pending_operations: pending } = latestState(stack);
  return pending.length > 0 || resources.some(({ type }) => runningTypes.includes(type));
}

async function destroyStack(stack: string): Promise<void> {
  say(`pulumi destroy, stack ${stack}`);
  const environment = await localEnvironment(stack);
  await recoverInterruptedUpdate(environment, stack, say);
  const code = await runVerb("destroy", ["--yes", "--skip-preview", "--stack", stack]);
  if (code !== 0)
    throw new UserError(`Stack ${stack} could not be destroyed: see above. Nothing else was stopped`);
}

/** A stack that is deployed needs Docker and the agent for its way down, also when those were killed. */
async function destroyStacks(deployed: readonly string[]): Promise<void> {
  await ensureAgent((await ensureTool("nomad")).path);
  for (const stack of deployed) await destroyStack(stack);
}

/** Volumes that the stack's state names, and one that an interrupted update made without recording it. */
async function volumesOf(stack: string): Promise<string[]> {
  const recorded = latestState(stack)
    .resources.filter(({ type }) => type === volumeType)
    .map(({ outputs }) => String(outputs?.name));
  const { stdout } = await run("docker", ["volume", "ls", "--format", "{{.Name}}"]);
  const unrecorded = `-${stack}-${cloneId}-`;
  return stdout.split("\n").filter((name) => name && (recorded.includes(name) || name.includes(unrecorded)));
}

async function purgeStack(stack: string): Promise<void> {
  for (const volume of await volumesOf(stack)) {
    await run("docker", ["volume", "rm", volume]);
    say(`Volume ${volume} removed`);
  }
}

/** Forgets the stacks; the state of one that runs elsewhere stays. */
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

main(async () => {
  const purge = process.argv.includes("--purge");
  const elsewhere = stacks().filter((stack) => configuredNomadAddress(stack) !== undefined);
  const local = stacks().filter((stack) => !elsewhere.includes(stack));
  for (const stack of elsewhere)
    say(`Stack ${stack} runs on ${configuredNomadAddress(stack)}; left as it is`);

  const deployed = local.filter(isDeployed);
  const needsDocker = deployed.length > 0 || hasAgentLeft() || (purge && local.length > 0);
  if (needsDocker) await ensureDocker();
  if (deployed.length > 0) await destroyStacks(deployed);
  await step("Nomad agent", async () => (needsDocker ? stopAgent() : "was not running"));
  if (purge) {
    for (const stack of local) await purgeStack(stack);
    await removeState(local, elsewhere);
    forgetIngress();
    forgetToken();
  }
  await step("Docker", async () => (await stopDocker()).reason);
  say(
    purge
      ? "Everything is removed; built tools and base images stay in the user's cache"
      : "Stopped; the database's rows stay. `npm start` brings it back, `npm run stop -- --purge` removes them",
  );
});
