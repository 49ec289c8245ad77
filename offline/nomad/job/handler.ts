import {
  type CheckRequest,
  type CheckResult,
  type CreateRequest,
  type DeleteRequest,
  type DiffRequest,
  type DiffResult,
} from "../../host/types";
import {
  PartialFailure,
  type Properties,
  type ReadRequest,
  type ReadResult,
  type ResourceHandler,
} from "../../host/types";
import { Unknown, type UpdateRequest } from "../../host/types";
import { containsUnknown, unwrapAll } from "../../host/values";
import { type Connection } from "../connection";
import { checkInputs, diffInputs, diffResult } from "../resource";
import { type Job, type RegisterResponse } from "./api";
import { jobspecError, jobspecOf, parseJobspec, sameJob, submissionOf } from "./jobspec";
import { jobOutputs, optionOutputs, specOutputs, unknownOutputs } from "./outputs";
import { askForPlan, plannedChanges, plannedOutputs } from "./plan";
import { allocationIdsOf, readJob } from "./read";
import { jobInputs } from "./schema";
import { waitForDeployment } from "./wait";

/** `nomad:index/job:Job`: one job, registered from a jobspec. */
export class JobHandler implements ResourceHandler {
  constructor(private readonly nomad: Connection) {}

  async check(request: CheckRequest): Promise<CheckResult> {
    const { inputs, failures = [] } = checkInputs(jobInputs, request);
    if (failures.length === 0 && isSpecKnown(inputs)) {
      const wrong = jobspecError(jobspecOf(inputs));
      if (wrong !== undefined) failures.push({ property: "jobspec", reason: wrong });
    }
    return { inputs, failures };
  }

  async diff({ id, urn, olds: wrapped, news: wrappedNews }: DiffRequest): Promise<DiffResult> {
    const olds = unwrapAll(wrapped);
    const news = unwrapAll(wrappedNews);
    const options = diffInputs(withoutSpec, { olds, news } as DiffRequest).detailedDiff ?? {};
    const dead = news.rerunIfDead === true && olds.status === "dead";
    const rerun: DetailedDiff = dead ? { status: { kind: "update" } } : {};
    if (!isSpecKnown(news)) return diffResult({}, { ...options, ...rerun, jobspec: { kind: "update" } });
    const { client } = this.nomad;
    if (await sameJob(client, jobspecOf(olds), jobspecOf(news)))
      return diffResult({}, { ...options, ...rerun });

    const job = await parseJobspec(client, jobspecOf(news));
    const namespace = String(olds.namespace ?? client.settings.namespace);
    const planned = plannedChanges(id, namespace, olds, job);
    if (planned.name?.kind === "update-replace" && news.deregisterOnIdChange === false) {
      throw new Error(
        `the job's ID changed from "${id}" to "${job.ID}", and deregisterOnIdChange: false would leave the old job ` +
          `to nobody. Take it out of the state first (pulumi state delete '${urn}'), or set it to true`,
      );
    }
    const replaces = Object.values(planned).some(({ kind }) => kind === "update-replace");
    if (!replaces) await this.assertUnchanged(urn, olds, news, job);
    return diffResult({}, { ...options, ...planned });
  }

  async create(request: CreateRequest): Promise<{ id: string; properties: Properties }> {
    const { properties: inputs, preview, signal } = request;
    const options = optionOutputs(unwrapAll(inputs));
    if (preview && !isSpecKnown(inputs)) return { id: "", properties: { ...unknownOutputs(), ...options } };
    const job = await parseJobspec(this.nomad.client, jobspecOf(inputs), signal);
    if (preview) {
      await askForPlan(this.nomad.client, this.nomad.log, request.urn, job, inputs.policyOverride === true);
      return { id: "", properties: { ...unknownOutputs(), ...specOutputs(job), ...options } };
    }
    return { id: job.ID, properties: await this.register(job, request, {}) };
  }

  async update(request: UpdateRequest): Promise<{ properties: Properties }> {
    const { properties: inputs, preview, signal } = request;
    const olds = unwrapAll(request.olds);
    const options = optionOutputs(unwrapAll(inputs));
    const { client } = this.nomad;
    if (!isSpecKnown(inputs)) return { properties: { ...unknownOutputs(), ...options, id: request.id } };
    const job = await parseJobspec(client, jobspecOf(inputs), signal);
    const same = await sameJob(client, jobspecOf(olds), jobspecOf(inputs));
    if (preview) {
      const planned = same ? { ...olds, ...specOutputs(job) } : plannedOutputs(olds, job);
      return { properties: { ...planned, ...options } };
    }
    if (!same) await this.assertUnchanged(request.urn, olds, unwrapAll(inputs), job);
    return { properties: await this.register(job, request, olds) };
  }

  read(request: ReadRequest): Promise<ReadResult | undefined> {
    return readJob(this.nomad.client, request);
  }

  async delete({ id, urn, properties, signal }: DeleteRequest): Promise<void> {
    const { namespace, region, deregisterOnDestroy, purgeOnDestroy } = unwrapAll(properties);
    if (deregisterOnDestroy === false) {
      this.nomad.log("info", `job "${id}" keeps running: deregisterOnDestroy is false`, urn);
      return;
    }
    const query = { ...place(namespace, region), purge: purgeOnDestroy === true };
    await this.nomad.client.delete(`/v1/job/${encodeURIComponent(id)}`, { query, signal });
  }

  /** Registers the job, waits for it unless detached, and reads back what came of it. */
  private async register(job: Job, request: CreateRequest, olds: Properties): Promise<Properties> {
    const { client, log } = this.nomad;
    const { properties, signal, timeoutSeconds, urn } = request;
    const inputs = unwrapAll(properties);
    const namespace = job.Namespace ?? client.settings.namespace;
    const query = { namespace, region: job.Region };
    // Not cancelled with the engine: a job that was registered must be in the state.
    const registered = await client.put<RegisterResponse>("/v1/jobs", {
      query,
      body: {
        Job: { ...job, Namespace: namespace },
        PolicyOverride: inputs.policyOverride === true,
        PreserveCounts: inputs.preserveCounts === true,
        Submission: submissionOf(jobspecOf(inputs)),
      },
    });
    if (registered.Warnings) log("warning", registered.Warnings, urn);
    const options = optionOutputs(inputs);
    const path = `/v1/job/${encodeURIComponent(job.ID)}`;
    let deployed: Properties = { deploymentId: null, deploymentStatus: null };
    if (options.detach !== true && registered.EvalID !== "") {
      try {
        const wait = { evaluation: registered.EvalID, query, timeoutSeconds, signal };
        const deployment = await waitForDeployment(client, wait);
        deployed = { deploymentId: deployment?.ID ?? "", deploymentStatus: deployment?.Status ?? "" };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        // A first registration has no older state to show, so what Nomad knows by now is kept; of a token that has
        // expired meanwhile it tells nothing, and the job must be in the state all the same.
        const told = () =>
          client.get<Job>(path, { query }).then(jobOutputs, () => ({ ...specOutputs(job), namespace }));
        const known = "id" in olds ? olds : { ...deployed, ...(await told()) };
        const state = { ...known, ...options, modifyIndex: String(registered.JobModifyIndex) };
        const message = `error waiting for job '${job.ID}' to schedule/deploy successfully: error waiting for evaluation: ${reason}`;
        throw new PartialFailure(message, job.ID, state, properties);
      }
    }
    const current = await client.get<Job>(path, { query });
    const allocationIds = await allocationIdsOf(client, current, options);
    return { ...jobOutputs(current), ...options, ...deployed, allocationIds };
  }

  /**
   * Another user's version must not be overwritten unseen. Nomad's own automatic revert is one, too.
   * @throws Error when the job was registered again since the state was read.
   */
  private async assertUnchanged(urn: string, olds: Properties, news: Properties, job: Job): Promise<void> {
    const plan = await askForPlan(this.nomad.client, this.nomad.log, urn, job, news.policyOverride === true);
    if (plan === undefined || String(plan.JobModifyIndex) === olds.modifyIndex) return;
    const now = plan.JobModifyIndex === 0 ? "the job is gone" : `it is ${plan.JobModifyIndex}`;
    throw new Error(
      `job modify index has changed since last refresh: job '${job.ID}' was at ${String(olds.modifyIndex)}, now ${now}. ` +
        "An automatic revert or somebody else changed it. Take that into the state first: pulumi refresh, or --refresh",
    );
  }
}

type DetailedDiff = NonNullable<DiffResult["detailedDiff"]>;

const { jobspec: _, ...withoutSpec } = jobInputs;

function isSpecKnown({ jobspec, json, hcl2 }: Properties): boolean {
  return ![jobspec, json, hcl2].some(containsUnknown) && !(jobspec instanceof Unknown);
}

function place(namespace: unknown, region: unknown) {
  return {
    ...(typeof namespace === "string" && { namespace }),
    ...(typeof region === "string" && { region }),
  };
}
