/** Makes the jobspec with a look at what Nomad has, and asks what Nomad would do with it. */
import { type NomadApi, NomadApiError } from "../nomad/api";
import { askPlan, changesJob, type Plan } from "./plan";
import {
  askRegistered,
  type JobMarks,
  keptDescription,
  markOfOutsideChange,
  type Registered,
  submittedText,
} from "../nomad/registered";
import { attemptMetaKey } from "../jobspec";
import { hasFailed, hasFailedLongAgo, isRelease, nextRelease, releaseOf } from "./release";

export interface Rendered {
  jobspec: string;
  /** What Nomad has; undefined when that is nothing, or when it could not be asked. */
  registered?: Registered;
  /** What Nomad would do; undefined when it could not be asked. */
  plan?: Plan;
  /** Why the plan could not be asked. */
  problem?: string;
}

/** Never throws for what Nomad does not answer: the provider says the same of its own call. */
export async function renderForCluster(
  api: NomadApi,
  jobName: string,
  render: (marks: JobMarks) => string,
): Promise<Rendered> {
  // A number that nobody has had, for a Nomad that can't be asked now and may be a moment later.
  const unplanned = render({ release: Math.floor(Date.now() / 1000) });
  let jobspec = unplanned;
  const planned = async (marks: JobMarks): Promise<Plan> => {
    jobspec = render(marks);
    return askPlan(api, jobName, jobspec);
  };
  try {
    const registered = await askRegistered(api, jobName);
    const description = keptDescription(registered);
    const again = registered && (hasFailed(registered) || (await hasFailedLongAgo(api, jobName, registered)));
    const release = registered && !again ? releaseOf(registered.job) : undefined;
    const plan = release === undefined ? undefined : await planned({ release, description });
    if (!registered || !plan || isRelease(plan)) {
      const next = { release: await nextRelease(api, jobName), description };
      return { registered, plan: await planned(next), jobspec };
    }
    // Scaled by hand, a job keeps the text that it came from, and a refresh finds nothing to change.
    if (changesJob(plan) && (await submittedText(api, jobName, registered.job.Version)) === jobspec) {
      const marked = { release, description: markOfOutsideChange(registered) };
      return { registered, plan: await planned(marked), jobspec };
    }
    return { registered, plan, jobspec };
  } catch (error) {
    if (!(error instanceof NomadApiError)) throw error;
    // A token that may not plan may not register either. After any other answer a changed image might go by the old number.
    return { jobspec: error.status === 403 ? jobspec : unplanned, problem: whyNoPlan(error) };
  }
}

/**
 * The same of a job without a release of its own, which follows the application's: it is tried again where its last rollout
 * failed, or where it was changed in a way that a refresh does not see.
 */
export async function renderCompanion(
  api: NomadApi,
  jobName: string,
  render: (marks: JobMarks) => string,
): Promise<Rendered> {
  let jobspec = render({});
  try {
    const registered = await askRegistered(api, jobName);
    if (!registered) return { plan: await askPlan(api, jobName, jobspec), jobspec };
    jobspec = render({ attempt: registered.job.TaskGroups[0].Meta?.[attemptMetaKey] });
    const plan = await askPlan(api, jobName, jobspec);
    const { Version } = registered.job;
    const again =
      hasFailed(registered) ||
      (await hasFailedLongAgo(api, jobName, registered)) ||
      (changesJob(plan) && (await submittedText(api, jobName, Version)) === jobspec);
    if (!again) return { registered, plan, jobspec };
    jobspec = render({ attempt: String(Version + 1) });
    return { registered, plan: await askPlan(api, jobName, jobspec), jobspec };
  } catch (error) {
    if (!(error instanceof NomadApiError)) throw error;
    return { jobspec, problem: whyNoPlan(error) };
  }
}

function whyNoPlan({ status, message }: NomadApiError): string {
  if (status === 403) {
    return `Nomad's plan was not checked, because the token may not plan: ${message}`;
  }
  if (status === undefined) return `Nomad's plan could not be checked: ${message}`;
  return `Nomad would refuse this job: ${message.replace(/^Nomad refused [^:]*: /, "")}`;
}
