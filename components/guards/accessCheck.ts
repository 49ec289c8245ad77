/** Checks, before anything is changed, that the token may do what the stack needs. */
import { formatSeconds } from "../jobspec";
import { type NomadApi, placeOptions } from "../nomad/api";
import { missingRights } from "./missingRights";
import { policyCommand } from "../nomad/refusal";
import { describeRight, type Right } from "../nomad/right";
import { type AppAccess } from "./rights";
import { asSentence, type TokenSelf } from "../nomad/token";

export interface AccessQuestion {
  app: AppAccess;
  /** For the command that prints the policy. */
  stack: string;
  /** A preview checks the token and the namespace alone: it changes nothing, and needs no right to. */
  preview: boolean;
  /** True when the program creates other resources first: the namespace may be among them. */
  makesOthersFirst: boolean;
  /** Longest time that the rollout may take. */
  patienceSeconds: number;
}

export interface AccessAnswer {
  /** Why nothing may be begun; undefined when it may. */
  refusal?: string;
  /** What may go wrong later. */
  warning?: string;
}

/** @throws {NomadApiError} when Nomad does not answer. */
export async function checkAccess(api: NomadApi, question: AccessQuestion): Promise<AccessAnswer> {
  const { app, stack, preview, patienceSeconds } = question;
  const [self, namespace] = await Promise.all([
    api.ask("GET", "/v1/acl/token/self"),
    api.ask("GET", `/v1/namespace/${encodeURIComponent(app.namespace)}`),
  ]);
  const badToken = nothingChanged(api.tokenProblem(self));
  // Without a token the anonymous policy counts, where the cluster has one.
  if (self.status !== 200 && badToken !== undefined) return { refusal: badToken };
  if (/namespace not found/i.test(namespace.text)) {
    return question.makesOthersFirst ? {} : { refusal: await noNamespace(api, app.namespace) };
  }
  // Without access control there is no token, and a management token may do everything.
  if (self.status !== 200) return {};
  const { Type, ExpirationTime } = JSON.parse(self.text) as TokenSelf;
  const warning = shortLived(ExpirationTime, patienceSeconds, api.now());
  const mayAll = preview || Type === "management";
  const nothing = namespace.status === 403;
  const missing = nothing || mayAll ? [] : await missingRights(api, app);
  if (!nothing && missing.length === 0) return { warning };
  // One that has expired since the first question may do nothing any more, whatever its policies.
  const now = badToken ?? nothingChanged(api.tokenProblem(await api.ask("GET", "/v1/acl/token/self")));
  if (now !== undefined) return { refusal: now };
  return {
    refusal: nothing ? await nothingThere(api, app.namespace, stack) : lacking(missing, app.namespace, stack),
  };
}

const nothingChanged = (problem: string | undefined): string | undefined =>
  problem === undefined ? undefined : `${asSentence(problem)}. Nothing was changed.`;

function lacking(missing: readonly Right[], namespace: string, stack: string): string {
  const lines = missing.map((right) => `  ${describeRight(right, namespace)}: to ${right.why}`);
  return (
    "The Nomad token lacks rights that this `up` needs. Nothing was changed. The missing rights:\n" +
    `${lines.join("\n")}\n\`${policyCommand(stack)}\` prints the smallest policy that grants them`
  );
}

async function noNamespace(api: NomadApi, namespace: string): Promise<string> {
  const known = await namespaces(api);
  return (
    `namespace: this Nomad has no "${namespace}"${known.length > 0 ? `; it has ${known.join(", ")}` : ""}. Nothing was changed. ` +
    `Create it (nomad namespace apply${placeOptions({ region: api.region })} ${namespace}), or choose another: pulumi config set namespace NAME`
  );
}

async function nothingThere(api: NomadApi, namespace: string, stack: string): Promise<string> {
  const known = await namespaces(api);
  const others =
    known.length > 0
      ? `It has rights in ${known.join(", ")}: if the stack belongs there, pulumi config set namespace ${known[0]}. Otherwise `
      : "";
  return (
    `namespace: the Nomad token has no rights in "${namespace}", where this stack deploys. Nothing was changed. ` +
    `${others}\`${policyCommand(stack)}\` prints the policy that it needs`
  );
}

/** Namespaces that the token may see. */
async function namespaces(api: NomadApi): Promise<string[]> {
  const { status, text } = await api.ask("GET", "/v1/namespaces");
  return status === 200 ? (JSON.parse(text) as { Name: string }[]).map(({ Name }) => Name) : [];
}

/** @param now milliseconds. */
function shortLived(expires: string | null, patienceSeconds: number, now: number): string | undefined {
  if (expires === null) return undefined;
  const left = Math.floor((Date.parse(expires) - now) / 1000);
  if (left > patienceSeconds) return undefined;
  return (
    `The Nomad token expires in ${formatSeconds(left)}, but a rollout may take ${formatSeconds(patienceSeconds)}. If it expires meanwhile, Nomad continues ` +
    "unwatched; the next `pulumi up`, with a new token, waits for the rollout's end"
  );
}
