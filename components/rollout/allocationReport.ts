/** What is wrong with one allocation, and what a person does about it. */
import { printable } from "../messages/printable";
import { missingVariable } from "./lost";
import type { Mask } from "./mask";
import { describeMissingProof, lacksProof } from "./missingProof";
import type { NomadApi } from "../nomad/api";
import { type Allocation, allocationLabel, mainState, mainTask } from "../nomad/models";
import { failingChecks } from "./story";
import { describeTaskFailure, type TaskFailure } from "./taskFailure";
import { type LogTail, logTail } from "./taskLog";

/** One thing that is wrong with an allocation, and the task whose log tells more. */
export interface Finding {
  lines: string[];
  task: string;
  /** It ran, and another one may have failed first. */
  isWait?: boolean;
  /** Where its log says most; undefined when it has left none. */
  log: LogTail["stream"] | undefined;
}

/** @throws {NomadApiError} when Nomad does not answer. */
export async function allocationReport(
  api: NomadApi,
  allocation: Allocation,
  mask: Mask,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const where = `${allocationLabel(allocation)} on ${printable(allocation.NodeName)}`;
  const tailOf = (task: string): Promise<LogTail> => logTail(api, allocation, task, mask);
  const add = (
    task: string,
    { what, whatToDo, readsLog }: TaskFailure,
    { lines: tail, stream }: LogTail,
  ): void => {
    const log = tail.length > 0 ? ["  last lines of its log:", ...tail.map((line) => `    ${line}`)] : [];
    const advice = readsLog && tail.length === 0 ? adviceWithoutLog : whatToDo;
    findings.push({
      task,
      lines: [`${where}: ${printable(mask(what), { characters: 1000 })}`, ...log, `  What to do: ${advice}`],
      log: tail.length > 0 ? stream : undefined,
    });
  };
  if (lacksProof(allocation)) {
    const tail = await tailOf("migrate");
    add("migrate", describeMissingProof(allocation, tail), tail);
    return findings;
  }
  for (const [task, state] of Object.entries(allocation.TaskStates ?? {})) {
    const failure = describeTaskFailure(task, state);
    const missing = missingVariable(state);
    const waits = missing && { what: `task ${task} waits for ${missing.what}`, whatToDo: adviceForVariable };
    const wrong = failure ?? waits;
    if (wrong) add(task, wrong, await tailOf(task));
  }
  const [main, server] = [mainTask(allocation), mainState(allocation)];
  if (findings.length === 0 && server?.State === "running" && allocation.DeploymentStatus?.Healthy !== true) {
    const [said] = await failingChecks(api, allocation, mask);
    const advice = main === "server" ? adviceForCheck : adviceForProcess(main);
    const wrong = {
      what: `${main === "server" ? "the server runs but never passed its check" : `${main} runs but was never healthy`}${said ? `: ${said}` : ""}`,
      whatToDo: said === undefined ? advice : "Mend what its check says, then run `pulumi up` again.",
    };
    add(main, wrong, await tailOf(main));
    findings[0].isWait = true;
  }
  return findings;
}

/** Where Nomad runs the check, it says itself what is wrong. */
const adviceForCheck =
  "Try the check's path (httpService.checkPath) by hand; a 400 means ALLOWED_HOSTS: set httpService.checkHeaders.Host, " +
  "a refused connection means that the server listens on another port or address than 0.0.0.0 and `port`.";

function adviceForProcess(name: string): string {
  return `Read its log, and try processes.${name}.check by hand where it has one: it must listen on 0.0.0.0 and the check's port.`;
}

const adviceWithoutLog =
  "There is no log of it: look at the allocation's events, and try its command by hand in the image.";

const adviceForVariable =
  "Nomad starts no task before the variable is there. `pulumi up --refresh` writes it again if somebody removed it.";
