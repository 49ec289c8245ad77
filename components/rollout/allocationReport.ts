/** What is wrong with one allocation, and what a person does about it. */
import { printable } from "../messages/printable";
import { missingVariable } from "./lost";
import type { Mask } from "./mask";
import { describeMissingProof, lacksProof } from "./missingProof";
import type { NomadApi } from "../nomad/api";
import { type Allocation, allocationLabel, exitCodeOf, mainState, mainTask } from "../nomad/models";
import { migrateTaskName } from "../jobspec";
import { defaultStartSeconds, describeEndWithoutGate, describeSilence, isSilentTooLong } from "./silentGate";
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
  startSeconds = defaultStartSeconds,
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
    if (task === migrateTaskName) {
      const other = await unlikeItsCode(allocation, failure);
      if (other) {
        add(task, other.failure, other.tail);
        continue;
      }
    }
    const wrong = failure ?? waits;
    if (wrong) add(task, wrong, await tailOf(task));
  }
  const [main, server] = [mainTask(allocation), mainState(allocation)];
  if (findings.length === 0 && server?.State === "running" && allocation.DeploymentStatus?.Healthy !== true) {
    const [said] = await failingChecks(api, allocation, mask);
    const advice = main === "server" ? adviceForCheck : adviceForProcess(main);
    const wrong = {
      what: `${main === "server" ? "the server runs but never passed its check" : `${main} runs but was never healthy`}${said ? `: ${said}` : ""}`,
      whatToDo: said === undefined ? advice : "Fix what its check reports, then run `pulumi up` again.",
    };
    add(main, wrong, await tailOf(main));
    findings[0].isWait = true;
  }
  return findings;

  /** A migrate task whose log tells more than its exit code: the gate never spoke. */
  async function unlikeItsCode(
    { TaskStates }: Allocation,
    failure: TaskFailure | undefined,
  ): Promise<{ failure: TaskFailure; tail: LogTail } | undefined> {
    const state = TaskStates?.migrate;
    const ended = [...(state?.Events ?? [])].reverse().find(({ Type }) => Type === "Terminated");
    const wants = failure !== undefined || isSilentTooLong(state, startSeconds, api.now());
    if (!wants || ended?.Details?.oom_killed === "true") return undefined;
    const tail = await tailOf(migrateTaskName);
    const code = ended && exitCodeOf(ended);
    const other =
      describeSilence(allocation, tail, startSeconds, api.now()) ??
      (failure && code !== undefined ? describeEndWithoutGate(code, tail) : undefined);
    return other && { failure: other, tail };
  }
}

/** Where Nomad runs the check, it says itself what is wrong. */
const adviceForCheck =
  "Try the check's path (httpService.checkPath) by hand; a 400 means ALLOWED_HOSTS: set httpService.checkHeaders.Host, " +
  "a refused connection means that the server does not listen on 0.0.0.0 and `port`.";

function adviceForProcess(name: string): string {
  return `Read its log, and try processes.${name}.check by hand where it has one: it must listen on 0.0.0.0 and the check's port.`;
}

const adviceWithoutLog =
  "There is no log of it: look at the allocation's events, and try its command by hand in the image.";

const adviceForVariable =
  "Nomad starts no task until the variable exists. If it was removed, `pulumi up --refresh` writes it again.";
