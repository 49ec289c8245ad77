import { withoutCredentials } from "../../components/nomad/address";
import { type FunctionHandler, type Properties } from "../host/types";
import { unwrapAll } from "../host/values";
import { type Connection } from "./connection";
import { type Job } from "./job/api";
import { jobOutputs } from "./job/outputs";

/** The fields of an allocation, as Nomad lists them; each property has the same name in lower camel case. */
const ALLOCATION_FIELDS = [
  "ID",
  "EvalID",
  "Name",
  "Namespace",
  "NodeID",
  "NodeName",
  "JobID",
  "JobType",
  "JobVersion",
  "TaskGroup",
  "DesiredStatus",
  "ClientStatus",
  "FollowupEvalID",
  "NextAllocation",
  "PreemptedByAllocation",
  "CreateIndex",
  "ModifyIndex",
  "CreateTime",
  "ModifyTime",
] as const;

const NUMBERS = new Set(["JobVersion", "CreateIndex", "ModifyIndex", "CreateTime", "ModifyTime"]);

type Allocation = Partial<Record<(typeof ALLOCATION_FIELDS)[number], string | number>>;

/** The lookups of the package, by token. */
export function functions(nomad: Connection): Record<string, FunctionHandler> {
  return {
    "nomad:index/getJob:getJob": (args) => getJob(nomad, unwrapAll(args)),
    "nomad:index/getDeployments:getDeployments": () => getDeployments(nomad),
    "nomad:index/getAllocations:getAllocations": (args) => getAllocations(nomad, unwrapAll(args)),
  };
}

/** @throws Error when there is no such job. */
async function getJob({ client }: Connection, args: Properties): Promise<Properties> {
  const jobId = String(args.jobId);
  const namespace = String(args.namespace ?? client.settings.namespace);
  const job = await client.find<Job>(`/v1/job/${encodeURIComponent(jobId)}`, { query: { namespace } });
  if (job === undefined) throw new Error(`job "${jobId}" not found in namespace "${namespace}"`);
  const { modifyIndex: jobModifyIndex, ...outputs } = jobOutputs(job);
  return { ...outputs, jobId, jobModifyIndex: Number(jobModifyIndex), modifyIndex: job.ModifyIndex ?? 0 };
}

async function getDeployments({ client }: Connection): Promise<Properties> {
  const query = { namespace: client.settings.namespace };
  const found = await client.get<Record<string, string | number>[]>("/v1/deployments", { query });
  const fields = ["ID", "JobID", "JobVersion", "Namespace", "Status", "StatusDescription"];
  const deployments = found.map((deployment) =>
    Object.fromEntries(fields.map((field) => [field, String(deployment[field] ?? "")])),
  );
  return { id: `${withoutCredentials(client.settings.address)}/v1/deployments`, deployments };
}

async function getAllocations({ client }: Connection, args: Properties): Promise<Properties> {
  const { filter, prefix } = args;
  const namespace = String(args.namespace ?? client.settings.namespace);
  const query = {
    namespace,
    ...(typeof filter === "string" && { filter }),
    ...(typeof prefix === "string" && { prefix }),
  };
  const found = await client.get<Allocation[]>("/v1/allocations", { query });
  const allocations = found.map((allocation) =>
    Object.fromEntries(
      ALLOCATION_FIELDS.map((field) => [
        camelCase(field),
        allocation[field] ?? (NUMBERS.has(field) ? 0 : ""),
      ]),
    ),
  );
  const id = `${withoutCredentials(client.settings.address)}/v1/allocations?${new URLSearchParams(query)}`;
  return { id, allocations, namespace, filter: filter ?? null, prefix: prefix ?? null };
}

/** `JobID` is `jobId`, `ID` is `id`. */
function camelCase(field: string): string {
  const name = field.replace(/ID$/, "Id");
  return name.charAt(0).toLowerCase() + name.slice(1);
}
