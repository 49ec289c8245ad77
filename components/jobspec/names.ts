/** Names that the job and what belongs to it share. */

/** Of the web server's task group. */
export const groupName = "app";

/** Of the web server's task. */
export const serverTaskName = "server";

/** Of the task in a group that the prestart tasks are for: the web server's, or the process that the group is named after. */
export function mainTaskName(group: string): string {
  return group === groupName ? serverTaskName : group;
}

/** Of the prestart task. */
export const migrateTaskName = "migrate";

/** Of the task that dumps the database. */
export const backupTaskName = "backup";

/** Job meta key that says which stack deploys the job, as `project/stack`. */
export const ownerMetaKey = "pulumi_stack";

/** Job meta key that tells two stacks of one name apart: a random value that the stack's state keeps. */
export const ownerIdMetaKey = "pulumi_stack_id";

/** Job meta key of a companion's that says which release of the application it belongs to. */
export const servedMetaKey = "django_nomad_release";

/** Group meta key of a companion's job whose last rollout failed: another value has Nomad try it again. */
export const attemptMetaKey = "attempt";

/** The file at the root of the allocation's directory that says that the gate has done its work. */
export const proofName = "migrations-applied";

/** Service that a process's check belongs to: a job's id may have signs that no service's name has. */
export function checkServiceName(jobName: string, process: string): string {
  const end = `-${process}`;
  const begin = jobName.replace(/[^A-Za-z0-9-]+/g, "-").replace(/^-+/, "");
  return `${begin.slice(0, 63 - end.length)}${end}`;
}

/** Service that leads a process without a check to its upstreams. */
export function meshServiceName(serviceName: string, process: string): string {
  return `${serviceName}-${process}`;
}
