/** Makes the jobspec with a look at what Nomad has, and asks what Nomad would do with it. */
import { type NomadApi, NomadApiError } from "./nomadApi";
import { askPlan, changesJob, type Plan } from "./plan";
import {
  askRegistered,
  type JobMarks,
  markOfOutsideChange,
  marksOf,
  type Registered,
  submittedText,
} from "./registered";

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
  let jobspec = render({});
  try {
    const registered = await askRegistered(api, jobName);
    const marks = marksOf(registered);
    jobspec = render(marks);
    const plan = await askPlan(api, jobName, jobspec);
    if (!registered || !changesJob(plan)) return { jobspec, registered, plan };
    // Scaled by hand, a job keeps the text that it came from, and a refresh finds nothing to change.
    if ((await submittedText(api, jobName, registered.job.Version)) !== jobspec) {
      return { jobspec, registered, plan };
    }
    jobspec = render({ ...marks, description: markOfOutsideChange(registered) });
    return { jobspec, registered, plan: await askPlan(api, jobName, jobspec) };
  } catch (error) {
    if (!(error instanceof NomadApiError)) throw error;
    return { jobspec, problem: whyNoPlan(error) };
  }
}

function whyNoPlan({ status, message }: NomadApiError): string {
  if (status === 403) {
    return `What Nomad would do was not checked, since the token may not plan: ${message}`;
  }
  if (status === undefined) return `What Nomad would do could not be checked: ${message}`;
  return `Nomad would refuse this job: ${message.replace(/^Nomad refused [^:]*: /, "")}`;
}
