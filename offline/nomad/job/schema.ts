import { type Inputs } from "../resource";

/** The inputs of a Job. Nomad's own view of the job is computed from `jobspec` alone. */
export const jobInputs: Inputs = {
  jobspec: { type: "string", required: true },
  json: { type: "boolean", unset: false },
  hcl2: { type: "object" },
  detach: { type: "boolean", default: true, unset: true },
  deregisterOnDestroy: { type: "boolean", default: true, unset: true },
  deregisterOnIdChange: { type: "boolean", default: true, unset: true },
  policyOverride: { type: "boolean", unset: false },
  preserveCounts: { type: "boolean", unset: false },
  purgeOnDestroy: { type: "boolean", unset: false },
  readAllocationIds: { type: "boolean", unset: false },
  rerunIfDead: { type: "boolean", unset: false },
};
