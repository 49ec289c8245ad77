/**
 * `npm run stop`: takes down every stack on this clone's agent, then the agent. Rows survive unless `--purge`.
 * Stacks that name a cluster of their own (`nomad:address`) are not this clone's to stop.
 */
import { parseArgs } from "node:util";
import { ensureDocker, stopDocker } from "./docker";
import { requireLocalBackend } from "../commands/pulumi/backend";
import { localEnvironment, pulumiCli } from "../commands/pulumi/environment";
import { isDevStack } from "../commands/pulumi/passphrase";
import { configuredNomadAddress } from "../commands/pulumi/nomadVariables";
import { ensureAgent, hasAgentLeft, stopAgent } from "./nomadAgent";
import { confirmPurge, purgeStacks } from "./purge";
import { recoverInterruptedUpdate } from "./recover";
import { checkStacks } from "./stopChecks";
import { missingPlugins } from "../commands/pulumi/publishedPlugins";
import { latestState, stacks } from "../commands/pulumi/stackState";
import { main, say, step, UserError } from "../commands/base/step";
import { ensureTool } from "./tools";
import { runVerb } from "../commands/verb";

const usage = `Usage: npm run stop [-- --purge [--yes]]

Stops every stack on this clone's agent, and the agent. The databases' rows stay.
  --purge   removes the rows and the state of these stacks, too. It lists them first, and asks
            if there is another stack than dev
  --yes     doesn't ask`;

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

/** @param before stacks that are down already. */
async function destroyStack(stack: string, before: readonly string[]): Promise<void> {
  say(`pulumi destroy, stack ${stack}`);
  const environment = await localEnvironment(stack);
  await recoverInterruptedUpdate(environment, stack, say);
  const code = await runVerb("destroy", ["--yes", "--skip-preview", "--stack", stack]);
  if (code === 0) return;
  const down = before.length > 0 ? `Already down: ${before.join(", ")}. ` : "";
  throw new UserError(`Stack ${stack} could not be destroyed: see above. ${down}The agent still runs`);
}

/** A stack that is deployed needs Docker and the agent for its way down, also when those were killed. */
async function destroyStacks(deployed: readonly string[]): Promise<void> {
  await ensureAgent((await ensureTool("nomad")).path);
  // Whatever this agent runs was deployed from here: where the published plugins are missing, on the stand-ins.
  if (missingPlugins(await pulumiCli()).length > 0) process.env.DJANGO_NOMAD_OFFLINE = "1";
  for (const [index, stack] of deployed.entries()) await destroyStack(stack, deployed.slice(0, index));
}

function readOptions(): { purge?: boolean; yes?: boolean; help?: boolean } {
  const options = {
    purge: { type: "boolean" },
    yes: { type: "boolean" },
    help: { type: "boolean" },
  } as const;
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new UserError(`${(error as Error).message}. Nothing was changed\n${usage}`);
  }
}

main(async () => {
  const { purge = false, yes = false, help } = readOptions();
  if (help) return void process.stdout.write(`${usage}\n`);
  requireLocalBackend(`npm run stop${purge ? " -- --purge" : ""}`);
  const elsewhere = stacks().filter((stack) => configuredNomadAddress(stack) !== undefined);
  const local = stacks().filter((stack) => !elsewhere.includes(stack));
  for (const stack of elsewhere)
    say(`Stack ${stack} runs on ${configuredNomadAddress(stack)}; left as it is`);

  const deployed = local.filter(isDeployed);
  await checkStacks(deployed, purge ? local : []);
  if (purge) await confirmPurge(local, yes);
  const needsDocker = deployed.length > 0 || hasAgentLeft() || (purge && local.length > 0);
  if (needsDocker) await ensureDocker();
  if (deployed.length > 0) await destroyStacks(deployed);
  await step("Nomad agent", async () => (needsDocker ? stopAgent() : "was not running"));
  if (purge) await purgeStacks(local, elsewhere);
  await step("Docker", async () => (await stopDocker()).reason);
  if (purge) return say("Everything is removed; built tools and base images stay in the user's cache");
  const ups = deployed
    .filter((stack) => !isDevStack(stack))
    .map((stack) => `, then \`npm run up -- --stack ${stack}\``);
  say(
    `Stopped; the database's rows stay. \`npm start\`${ups.join("")} brings it back, ` +
      "`npm run stop -- --purge` removes them",
  );
});
