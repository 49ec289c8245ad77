/**
 * Finds the rights that the token lacks, before anything is changed. Nomad has no API for that, so each right is tried with
 * a request that can change nothing: its index, its deployment or its job can't match.
 */
import { randomUUID } from "node:crypto";
import { type NomadApi, type Query } from "../nomad/api";
import type { Allocation, Deployment } from "../nomad/models";
import { jobPath } from "../nomad/registered";
import { type Right } from "../nomad/right";
import { type AppAccess, rightsOf } from "./rights";

interface Probe {
  method: string;
  path: string;
  query?: Query;
  body?: unknown;
}

/** No job and no variable was ever written at this index: the first entry of Nomad's log is the cluster's own. */
const noIndex = 1;

/** What of the application is on Nomad already, and can be asked about. */
interface There {
  allocation?: Allocation;
  deployment?: Deployment;
}

/**
 * The rights of a deployment that the token lacks. A right on something that is not there yet, such as the logs of a
 * first deployment, can't be asked for.
 * @throws {NomadApiError} when Nomad does not answer.
 */
export async function missingRights(api: NomadApi, app: AppAccess): Promise<Right[]> {
  const found = await there(api, app.jobName);
  const asked = rightsOf("deploy", app).map(async (right): Promise<Right[]> => {
    const probe = probeOf(right, app, found);
    if (!probe) return [];
    const { method, path, query, body } = probe;
    const { status } = await api.ask(
      method,
      path,
      query,
      body === undefined ? undefined : JSON.stringify(body),
    );
    return status === 403 ? [right] : [];
  });
  const missing = (await Promise.all(asked)).flat();
  // Nomad checks a job's volumes only for a token that may register jobs.
  const mayRegister = !missing.some(({ capability }) => ["register-job", "submit-job"].includes(capability));
  return missing.filter((right) => mayRegister || !isOnVolume(right));
}

function isOnVolume({ capability, on }: Right): boolean {
  return capability === "csi-mount-volume" || (typeof on === "object" && "hostVolume" in on);
}

async function there(api: NomadApi, jobName: string): Promise<There> {
  const read = async <T>(path: string): Promise<T | undefined> => {
    const { status, text } = await api.ask("GET", path);
    return status === 200 ? ((JSON.parse(text) as T | null) ?? undefined) : undefined;
  };
  const [allocations, deployment] = await Promise.all([
    read<Allocation[]>(`${jobPath(jobName)}/allocations`),
    read<Deployment>(`${jobPath(jobName)}/deployment`),
  ]);
  return { allocation: allocations?.[0], deployment };
}

/** @returns undefined for a right that can't be tried, or that an `up` takes only to remove something. */
function probeOf(
  { capability, on }: Right,
  app: AppAccess,
  { allocation, deployment }: There,
): Probe | undefined {
  if (on === "plugin") return undefined; // tried together with csi-mount-volume
  if (typeof on === "object" && "variable" in on) return variableProbe(capability, on.variable);
  const volumes = app.volumes ?? [];
  if (typeof on === "object") {
    const hostVolume = volumes.find(
      ({ type = "host", source, name }) => type === "host" && (source ?? name) === on.hostVolume,
    );
    return registration(app, {
      Type: "host",
      Source: on.hostVolume,
      ReadOnly: hostVolume?.readOnly === true,
    });
  }
  switch (capability) {
    case "read-job":
      return { method: "GET", path: jobPath(app.jobName) };
    case "plan-job":
      return { method: "POST", path: `${jobPath(app.jobName)}/plan`, body: { Job: smallJob(app) } };
    case "register-job":
    case "submit-job":
      return registration(app);
    case "csi-mount-volume":
      return registration(app, {
        Type: "csi",
        Source: "probe",
        ReadOnly: true,
        AccessMode: "single-node-reader-only",
        AttachmentMode: "file-system",
      });
    case "deregister-job":
      return { method: "DELETE", path: jobPath(`${app.jobName}-${randomUUID()}`) };
    case "dispatch-job":
      return { method: "PUT", path: `${jobPath(`${app.jobName}-${randomUUID()}`)}/dispatch`, body: {} };
    case "fail-deployment":
      // One that runs would fail.
      if (!deployment || !["successful", "failed", "cancelled"].includes(deployment.Status)) return undefined;
      return {
        method: "PUT",
        path: `/v1/deployment/fail/${deployment.ID}`,
        body: { DeploymentID: deployment.ID },
      };
    case "read-logs":
      return (
        allocation && {
          method: "GET",
          path: `/v1/client/fs/logs/${allocation.ID}`,
          query: { task: "migrate", type: "stdout", plain: "true", origin: "end", offset: 1 },
        }
      );
    default:
      return undefined;
  }
}

function variableProbe(capability: string, variable: string): Probe | undefined {
  const path = `/v1/var/${variable}`;
  if (capability === "read") return { method: "GET", path };
  if (capability !== "write") return undefined;
  return {
    method: "PUT",
    path,
    query: { cas: noIndex },
    body: { Path: variable, Items: { probe: "never written" } },
  };
}

/** Refused for its index once the token has passed. */
function registration(app: AppAccess, volume?: object): Probe {
  const body = { Job: smallJob(app, volume), EnforceIndex: true, JobModifyIndex: noIndex };
  return { method: "PUT", path: "/v1/jobs", body };
}

/** The smallest job that is valid: Nomad checks that before it looks at the token. */
function smallJob({ jobName, namespace }: AppAccess, volume?: object): object {
  const group = {
    Name: "probe",
    Count: 1,
    Volumes: volume ? { probe: { Name: "probe", ...volume } } : undefined,
    Tasks: [{ Name: "probe", Driver: "docker", Config: { image: "probe" } }],
  };
  return {
    ID: jobName,
    Name: jobName,
    Namespace: namespace,
    Type: "service",
    Datacenters: ["*"],
    TaskGroups: [group],
  };
}
