/** Words for what an allocation, a deployment or a scheduler's refusal amounts to. Pure. */
import { printable } from "../messages/printable";
import type { Mask } from "./mask";
import {
  type Allocation,
  type CheckResult,
  type Deployment,
  mainState,
  mainTask,
  type PlacementFailure,
} from "../nomad/models";

/** What an allocation is doing now, in a few words. */
export function describeAllocation(allocation: Allocation): string {
  const { migrate } = allocation.TaskStates ?? {};
  const [main, state] = [mainTask(allocation), mainState(allocation)];
  if (allocation.ClientStatus === "failed") return "failed";
  if (allocation.ClientStatus === "lost") return "lost with its node";
  if (allocation.DesiredStatus === "stop") return "stopping";
  if (allocation.DeploymentStatus?.Healthy === true) return "healthy";
  if (allocation.DeploymentStatus?.Healthy === false) return "unhealthy";
  // Nomad starts it with the gate's proof only: a migrate task that has ended proves nothing.
  if (state?.State === "running") return `migrations are applied, ${main} started, ${awaited(main)}`;
  if (state && state.Restarts > 0) return `${main} ended, restarting`;
  if (migrate?.State === "running") return "migrate started, Django is loading";
  if (migrate?.State === "dead")
    return `migrate has ended, ${main === "server" ? "the server" : main} is next`;
  return `placed on ${printable(allocation.NodeName)}, preparing its image`;
}

/** A process need not have a check: then it has to run for a while. */
function awaited(main: string): string {
  return main === "server" ? "waiting for its check" : "not yet healthy";
}

/** One line on how far a deployment is. */
export function describeDeployment(deployment: Deployment): string {
  const groups = Object.values(deployment.TaskGroups);
  const healthy = groups.reduce((sum, group) => sum + group.HealthyAllocs, 0);
  const desired = groups.reduce((sum, group) => sum + group.DesiredTotal, 0);
  const promoted = groups.some((group) => group.DesiredCanaries > 0 && group.Promoted) ? ", promoted" : "";
  return `healthy ${healthy}/${desired}${promoted}`;
}

/** The commands for a deployment that holds a job. A resumed one does not promote canaries that were healthy before. */
export function waysOn({ placeOptions }: { placeOptions: string }, { ID }: Deployment): string {
  const command = (verb: string): string => `\`nomad deployment ${verb}${placeOptions} ${ID.slice(0, 8)}\``;
  return `${command("resume")} continues it (and ${command("promote")}, if its canary is already healthy), ${command("fail")} ends it`;
}

/** Why the scheduler found no node, for example "3 nodes: memory exhausted on 2, constraint ... filtered 1". */
export function describePlacementFailure(failure: PlacementFailure): string {
  const nodes = failure.NodesEvaluated === 1 ? "1 node" : `${failure.NodesEvaluated} nodes`;
  if (failure.NodesEvaluated === 0) return describeNoNodes(failure);
  const exhausted = Object.entries(failure.DimensionExhausted ?? {}).map(
    ([what, on]) => `${printable(what)} exhausted on ${on}`,
  );
  const filtered = Object.entries({ ...failure.ConstraintFiltered, ...failure.ClassFiltered }).map(
    ([what, on]) => `constraint "${printable(what)}" filtered ${on}`,
  );
  const quota = (failure.QuotaExhausted ?? []).map((what) => `quota exhausted: ${printable(what)}`);
  return `${nodes}: ${[...exhausted, ...filtered, ...quota].join(", ") || "none fits"}`;
}

/** Nomad counts the nodes of a pool within the datacenters, so which of the two excludes them can't be told. */
function describeNoNodes({ NodePool }: PlacementFailure): string {
  const pool = NodePool === undefined ? "node pool" : `node pool "${printable(NodePool)}"`;
  return `no node is eligible: check datacenters, ${pool} and whether any client is ready (\`nomad node status\`)`;
}

/** What a check's status says of a Django site, and what helps. */
function describeStatus(status: number, said: string): string {
  const words: Record<number, string> = {
    400: "400 Bad Request: ALLOWED_HOSTS refuses its Host; set httpService.checkHeaders.Host",
    401: "401 Unauthorized: its page requires a login; set httpService.checkPath to a public page",
    403: "403 Forbidden: its page is not public; set httpService.checkPath to a public page",
    404: "404 Not Found: the site has no such page; set httpService.checkPath to a page that exists",
    405: "405 Method Not Allowed: its page does not answer GET; set httpService.checkPath to one that does",
    410: "410 Gone: the site no longer has this page; set httpService.checkPath to a page that exists",
    429: "429 Too Many Requests: the site limits the rate of requests; exempt httpService.checkPath, or raise httpService.checkInterval",
    500: "500 Internal Server Error: its page raises an error; open httpService.checkPath by hand (with DEBUG off, Django's default LOGGING writes no traceback)",
    502: "502 Bad Gateway: the proxy inside the image does not reach Django",
    503: `503 Service Unavailable: the page at httpService.checkPath says that the site is not ready${said ? ` (${said})` : ""}`,
    504: "504 Gateway Timeout: the proxy inside the image gets no answer from Django in time",
  };
  return (
    words[status] ??
    `status ${status}${said ? `: ${said}` : ""}; it requests the page at httpService.checkPath`
  );
}

/** What a failing check says, with the hint that most often helps; undefined while it does not fail. */
export function describeCheck({ Status, StatusCode, Output }: CheckResult, mask: Mask): string | undefined {
  if (Status !== "failure") return undefined;
  // Masked before anything is cut: half a secret is no longer known for one.
  const [first] = mask(Output.replace(/^nomad: /, "").trim()).split("\n");
  const said = printable(first, { characters: 200 });
  if (StatusCode) return `its check gets ${describeStatus(StatusCode, said)}`;
  if (/stopped after \d+ redirects/.test(Output)) {
    return `its check is redirected in a circle: ${towardsHttps}, or set httpService.checkPath to a page that does not redirect`;
  }
  if (
    /server gave HTTP response to HTTPS client|first record does not look like a TLS handshake/.test(Output)
  ) {
    return `its check is redirected to https, which the server does not speak: ${towardsHttps}`;
  }
  if (/no such host|server misbehaving/.test(Output)) {
    return `its check is redirected to a name that the client can't find (${said}): set httpService.checkPath to a page that does not redirect`;
  }
  if (/refused|EOF|reset/.test(Output)) {
    // Without the addresses, which differ each time.
    const why = said.split(": ").at(-1);
    return `its check fails: nothing listens there yet (${why}); the server must listen on 0.0.0.0 and \`port\``;
  }
  if (/deadline exceeded|timeout/i.test(Output)) {
    return `its check gets no answer in time (${said}): raise httpService.checkTimeout, or set httpService.checkPath to a faster page`;
  }
  return `its check fails: ${said}`;
}

/** What a site behind a proxy with TLS is told by that proxy. */
const towardsHttps = "set httpService.checkHeaders.X-Forwarded-Proto to https";
