/** The jobs of an application: its own, and the companions that carry its mark. */
import { ownerIdMetaKey, ownerMetaKey } from "../../components/jobspec";
import type { NomadApi } from "../../components/nomad/api";
import { jobPath } from "../../components/nomad/registered";
import { UserError } from "../base/step";
import type { DeployedApplication } from "./application";

/** The parts of a registered task that these commands read. */
export interface JobTask {
  Name: string;
  Config: { image?: string } | null;
  Env: Record<string, string> | null;
  LogConfig: { MaxFileSizeMB: number } | null;
}

/** A registered job. */
export interface Job {
  ID: string;
  ParentID: string;
  Type: string;
  Version: number;
  Stop: boolean;
  Status: string;
  Stable: boolean;
  /** Nanoseconds since 1970. */
  SubmitTime: number;
  Meta: Record<string, string> | null;
  Periodic: { Enabled: boolean; Spec: string; Specs: string[] | null; TimeZone: string } | null;
  UI: { Description: string } | null;
  JobModifyIndex: number;
  TaskGroups: { Name: string; Count: number; Meta: Record<string, string> | null; Tasks: JobTask[] | null }[];
}

/** A job in a list. */
export interface JobStub {
  ID: string;
  ParentID: string;
  Type: string;
  Status: string;
  Stop: boolean;
  Periodic: boolean;
  ParameterizedJob: boolean;
  SubmitTime: number;
  Meta: Record<string, string> | null;
  JobSummary: { Summary: Record<string, Record<string, number>> } | null;
}

export type CompanionKind = "singleton" | "schedule" | "commands";

/** A job beside the application's own. */
export interface Companion {
  /** As the config names it: `beat` of the job `shop-beat`. */
  name: string;
  id: string;
  kind: CompanionKind;
  /** By a person, or since the config names it no more: `protect` leaves that one in Nomad's records. */
  stopped: boolean;
}

/** @throws {UserError} when it is not registered. */
export async function registeredJob(
  api: NomadApi,
  { jobName, namespace, stack }: DeployedApplication,
): Promise<Job> {
  const job = await api.find<Job>(jobPath(jobName));
  if (job) return job;
  throw new UserError(
    `Nomad has no job ${jobName}${namespace === undefined ? "" : ` in namespace ${namespace}`}. ` +
      `\`npm run up -- --stack ${stack}\` deploys it`,
  );
}

/** The jobs of the same stack whose ids begin with the application's. Another application's may begin so, too. */
export async function companionsOf(api: NomadApi, job: Pick<Job, "ID" | "Meta">): Promise<Companion[]> {
  if (job.Meta?.[ownerIdMetaKey] === undefined) return [];
  const begin = `${job.ID}-`;
  const { body } = await api.get<JobStub[]>("/v1/jobs", { prefix: begin, meta: "true" });
  const isOurs = ({ Meta }: JobStub): boolean =>
    [ownerMetaKey, ownerIdMetaKey].every((key) => Meta?.[key] === job.Meta?.[key]);
  return body
    .filter((stub) => stub.ParentID === "" && isOurs(stub))
    .map((stub) => ({
      ...{ name: stub.ID.slice(begin.length), id: stub.ID },
      ...{ kind: kindOf(stub), stopped: stub.Stop },
    }));
}

function kindOf({ Periodic, ParameterizedJob }: JobStub): CompanionKind {
  if (Periodic) return "schedule";
  return ParameterizedJob ? "commands" : "singleton";
}

/** What a schedule has started, or what was dispatched: the newest first, as long as Nomad remembers it. */
export async function childrenOf(api: NomadApi, { id }: Pick<Companion, "id">): Promise<JobStub[]> {
  const { body } = await api.get<JobStub[]>("/v1/jobs", { prefix: `${id}/` });
  return body.filter(({ ParentID }) => ParentID === id).sort((a, b) => b.SubmitTime - a.SubmitTime);
}
