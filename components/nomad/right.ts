/** One right of a token, as Nomad's ACL policies know it. Pure. */

/** One capability in one place, as an ACL policy grants it. */
export interface Right {
  /** As in a policy, for example `register-job`. */
  capability: string;
  /** Where it counts; a namespace is the application's own. */
  on: "namespace" | "plugin" | { variable: string } | { hostVolume: string };
  /** What it is needed for, as the end of "so that Pulumi can …". */
  why: string;
}

/** For messages: `register-job in namespace web`, `write on variable nomad/jobs/shop`. */
export function describeRight(
  { capability, on }: Pick<Right, "capability" | "on">,
  namespace: string,
): string {
  if (on === "namespace") return `${capability} in namespace ${namespace}`;
  if (on === "plugin") return `${capability} on plugins`;
  if ("variable" in on) return `${capability} on variable ${on.variable} in namespace ${namespace}`;
  return `${capability} on host volume ${on.hostVolume}`;
}
