/** `npm start`: everything the dev stack needs on this machine, then the dev stack. */
import { requireLocalBackend } from "../commands/pulumi/backend";
import { localEnvironment } from "../commands/pulumi/environment";
import { tokenFile } from "./agentToken";
import { ensureIngress, ingressName } from "./ingress";
import { checkIngressPort } from "./ingressPort";
import { accessTo, agentAddress, ensureAgent, hasAgentLeft } from "./nomadAgent";
import { jobPage } from "./nomadPage";
import { preflight } from "./preflight";
import { downloadPlugins } from "./downloadPlugins";
import { recoverInterruptedUpdate } from "./recover";
import { setUp } from "./setUp";
import { ownConfig, projectName } from "../commands/pulumi/stackFile";
import { changedNothing, latestState } from "../commands/pulumi/stackState";
import { main, say, step } from "../commands/base/step";
import { runVerb } from "../commands/verb";

const stack = "dev";

function stackOutputs(): Record<string, unknown> {
  return latestState(stack).resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
}

async function firstPage(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  return `${response.status} ${response.statusText}`;
}

async function nomadsPage(address: string, job: string): Promise<string> {
  const url = await jobPage(address, job, String(ownConfig(stack)?.namespace ?? "default"));
  return url === undefined
    ? "Nomad has no page to show: the `nomad` on PATH was built without its UI"
    : `Nomad's own page: ${url}\nIt asks for a token (Sign In): the one in ${tokenFile}`;
}

/** An agent that this version can't use, or that was killed, goes with its containers before the ingress starts. */
function checkPort(): Promise<void> {
  const address = agentAddress();
  const agent = address === undefined ? undefined : accessTo(address);
  const job = String(ownConfig(stack)?.jobName ?? projectName());
  return checkIngressPort(agent ?? (hasAgentLeft() ? "replaced" : undefined), ingressName(job));
}

main(async () => {
  requireLocalBackend("npm start");
  await checkPort();
  if ((await preflight({ purpose: "start" })).length > 0) {
    say(
      "Nothing was started: see above, then run `npm start` again (DJANGO_NOMAD_PREFLIGHT=0 npm start tries anyway)",
    );
    return 1;
  }
  const { pulumi, nomad } = await setUp();
  await step("Plugins", (log) => downloadPlugins(pulumi, log));
  const agent = await step(
    "Nomad agent",
    () => ensureAgent(nomad),
    ({ address, replaced }) => `${address}${replaced ? ", replacing one that this version can't use" : ""}`,
  );
  const environment = await localEnvironment(stack);
  await recoverInterruptedUpdate(environment, stack, say);
  say(`pulumi up, stack ${stack}`);
  const code = await runVerb("up", ["--yes", "--skip-preview"]);
  if (code !== 0) return code;

  if (changedNothing(stack)) say("Nothing changed: the stack already matched its config");
  const { image, job, count } = stackOutputs();
  const target = { job: String(job), config: ownConfig(stack) ?? {} };
  const url = await step(
    "Ingress",
    () => ensureIngress(nomad, agent, target),
    (address) => address ?? "none: the stack registers no service with Nomad (httpService)",
  );
  if (count === 0) say(`Parked: count is 0, and nothing of ${String(job)} runs`);
  else say(`Ready: ${String(count)} instances of ${String(image)}`);
  if (url !== undefined) say(`  ${url} answers ${await firstPage(url)}, and stays through every release`);
  process.stdout.write(`
Next:
${url === undefined ? "" : `  curl ${url}\n`}  npm run up -- -c djangoImage=django-testing:v2   a release with a slow migration
  npm run preview                                  what would change
  npm run status                                   what serves now, and where
  npm run logs                                     what it writes
  npm run pulumi -- stack output                   the stack's outputs
  npm run stop                                     stops every stack on this clone's agent; rows stay

${await nomadsPage(agent.address, String(job))}
`);
  return 0;
});
