/** What is wrong with one allocation, and what a person does about it. */
import { missingVariable } from "./lost";
import type { NomadApi } from "./nomadApi";
import { type Allocation, allocationLabel } from "./nomadModels";
import { failingChecks } from "./story";
import { describeTaskFailure, type TaskFailure } from "./taskFailure";
import { type LogTail, logTail } from "./taskLog";

/** One thing that is wrong with an allocation, and the task whose log tells more. */
export interface Finding {
  lines: string[];
  task: string;
  /** Where its log says most; undefined when it has left none. */
  log: LogTail["stream"] | undefined;
}

/** @throws {NomadApiError} when Nomad does not answer. */
export async function allocationReport(api: NomadApi, allocation: Allocation): Promise<Finding[]> {
  const findings: Finding[] = [];
  const where = `${allocationLabel(allocation)} on ${allocation.NodeName}`;
  const add = async (task: string, { what, whatToDo, readsLog }: TaskFailure): Promise<void> => {
    const { lines: tail, stream } = await logTail(api, allocation, task);
    const log = tail.length > 0 ? ["  last lines of its log:", ...tail.map((line) => `    ${line}`)] : [];
    const advice = readsLog && tail.length === 0 ? adviceWithoutLog : whatToDo;
    findings.push({
      task,
      lines: [`${where}: ${what}`, ...log, `  What to do: ${advice}`],
      log: tail.length > 0 ? stream : undefined,
    });
  };
  for (const [task, state] of Object.entries(allocation.TaskStates ?? {})) {
    const failure = describeTaskFailure(task, state);
    const missing = missingVariable(state);
    if (failure) await add(task, failure);
    else if (missing)
      await add(task, { what: `task ${task} waits for ${missing.what}`, whatToDo: adviceForVariable });
  }
  const server = allocation.TaskStates?.server;
  if (findings.length === 0 && server?.State === "running" && allocation.DeploymentStatus?.Healthy !== true) {
    const [said] = await failingChecks(api, allocation);
    await add("server", {
      what: `the server runs but never passed its check${said ? `: ${said}` : ""}`,
      whatToDo: said === undefined ? adviceForCheck : "Mend what its check says, then run `pulumi up` again.",
    });
  }
  return findings;
}

/** Where Nomad runs the check, it says itself what is wrong. */
const adviceForCheck =
  "Try the check's path (httpService.checkPath) by hand; a 400 means ALLOWED_HOSTS: set httpService.checkHeaders.Host, " +
  "a refused connection means that the server listens on another port or address than 0.0.0.0 and `port`.";

const adviceWithoutLog =
  "There is no log of it: look at the allocation's events, and try its command by hand in the image.";

const adviceForVariable =
  "Nomad starts no task before the variable is there. `pulumi up --refresh` writes it again if somebody removed it.";
