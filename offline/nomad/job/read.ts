import { type Properties, type PropertyValue, type ReadRequest, type ReadResult } from "../../host/types";
import { unwrapAll } from "../../host/values";
import { type NomadClient } from "../client";
import { DEFAULTS, importInputs, refreshInputs } from "../resource";
import { type Job, type Submission } from "./api";
import { jobOutputs, optionOutputs } from "./outputs";
import { jobInputs } from "./schema";

/** The state of a job as Nomad has it; undefined when there is none. Import ids are `JOB@NAMESPACE`. */
export async function readJob(client: NomadClient, request: ReadRequest): Promise<ReadResult | undefined> {
  const olds = unwrapAll(request.properties);
  const importing = Object.keys(request.inputs).length === 0;
  const { id, namespace } = parseId(request.id, olds.namespace, client.settings.namespace);
  const path = `/v1/job/${encodeURIComponent(id)}`;
  const job = await client.find<Job>(path, { query: { namespace } });
  if (job === undefined) return undefined;

  const query = { namespace, version: job.Version };
  const submission = await client.find<Submission>(`${path}/submission`, { query });
  const source = submission === undefined ? unsubmitted(job, olds) : sourceOutputs(submission, olds);
  const options = { ...optionOutputs(olds), ...source };
  const properties: Properties = {
    ...jobOutputs(job),
    ...options,
    deploymentId: olds.deploymentId ?? null,
    deploymentStatus: olds.deploymentStatus ?? null,
    allocationIds: await allocationIdsOf(client, job, options),
  };
  const inputs = importing
    ? { ...importInputs(jobInputs, properties), [DEFAULTS]: [] }
    : refreshInputs(jobInputs, unwrapAll(request.inputs), properties);
  return { id: job.ID, properties, inputs };
}

/** The IDs of the job's allocations, where the resource asks for them. */
export async function allocationIdsOf(
  client: NomadClient,
  job: Job,
  options: Properties,
): Promise<PropertyValue> {
  if (options.readAllocationIds !== true) return [];
  const query = { namespace: job.Namespace };
  const path = `/v1/job/${encodeURIComponent(job.ID)}/allocations`;
  return (await client.get<{ ID: string }[]>(path, { query })).map(({ ID }) => ID);
}

/** The text that the running version was registered from: after a revert, that of the older version. */
function sourceOutputs({ Source, Format, VariableFlags }: Submission, olds: Properties): Properties {
  const vars = VariableFlags ?? {};
  return {
    jobspec: Source,
    json: Format === "json" ? true : (olds.json ?? null),
    hcl2: Object.keys(vars).length > 0 ? { ...(olds.hcl2 as Properties | null), vars } : (olds.hcl2 ?? null),
  };
}

/** Jobs registered without their source, and those whose source Nomad no longer keeps. */
function unsubmitted(job: Job, olds: Properties): Properties {
  if (typeof olds.jobspec === "string") return { jobspec: olds.jobspec, json: olds.json ?? null };
  return { jobspec: JSON.stringify({ Job: job }), json: true };
}

function parseId(
  id: string,
  known: PropertyValue | undefined,
  fallback: string,
): { id: string; namespace: string } {
  const at = id.lastIndexOf("@");
  if (at < 0 || typeof known === "string")
    return { id, namespace: typeof known === "string" ? known : fallback };
  return { id: id.slice(0, at), namespace: id.slice(at + 1) };
}
