import { type NomadClient, type Query } from "../client";
import { type Deployment, type Evaluation } from "./api";
import { goDuration } from "./outputs";

/** What the wait is for, in the words that timeouts are reported with. */
type Stage = "monitoring_evaluation" | "monitoring_deployment";

/** How long to wait when the resource has no `customTimeouts`. */
const DEFAULT_SECONDS = 300;

export interface WaitOptions {
  evaluation: string;
  query: Query;
  /** 0 for the default. */
  timeoutSeconds: number;
  signal: AbortSignal;
}

/**
 * Waits until the evaluation has been processed and the deployment that came of it succeeded. Undefined
 * when there is none, as for batch jobs. Each wait is a blocking query, so the end is seen at once.
 *
 * @throws Error when the evaluation or the deployment fails, is cancelled, or takes too long.
 */
export async function waitForDeployment(
  client: NomadClient,
  options: WaitOptions,
): Promise<Deployment | undefined> {
  const seconds = options.timeoutSeconds || DEFAULT_SECONDS;
  const timeout = AbortSignal.timeout(seconds * 1000);
  const signal = AbortSignal.any([options.signal, timeout]);
  const { query } = options;
  let stage: Stage = "monitoring_evaluation";
  try {
    let evaluation: Evaluation | undefined;
    for (let id = options.evaluation; id !== ""; id = evaluation.NextEval ?? "") {
      evaluation = await client.watch(`/v1/evaluation/${id}`, { query, signal }, finishedEvaluation);
    }
    const deployment = evaluation?.DeploymentID ?? "";
    if (deployment === "") return undefined;
    stage = "monitoring_deployment";
    return await client.watch(`/v1/deployment/${deployment}`, { query, signal }, finishedDeployment);
  } catch (error) {
    if (options.signal.aborted)
      throw new Error("cancelled. Nomad goes on with what was registered", { cause: error });
    if (!timeout.aborted) throw error;
    const target = stage === "monitoring_deployment" ? "deployment_successful" : "evaluation_complete";
    const limit = goDuration(seconds * 1e9);
    throw new Error(
      `timeout while waiting for state to become '${target}' (last state: '${stage}', timeout: ${limit}). ` +
        "The limit is the resource's customTimeouts, or 5 minutes without",
      { cause: error },
    );
  }
}

function finishedEvaluation(evaluation: Evaluation): Evaluation | undefined {
  const { Status, StatusDescription } = evaluation;
  if (Status === "failed" || Status === "canceled" || Status === "cancelled") {
    throw new Error(`evaluation failed: ${StatusDescription ?? Status}`);
  }
  return Status === "complete" ? evaluation : undefined;
}

function finishedDeployment(deployment: Deployment): Deployment | undefined {
  const { ID, Status, StatusDescription } = deployment;
  if (Status === "successful") return deployment;
  if (Status !== "failed" && Status !== "cancelled") return undefined;
  throw new Error(`deployment '${ID}' terminated with status '${Status}': '${StatusDescription}'`);
}
