/** Names that the job and what belongs to it share. */

/** Of the only task group. */
export const groupName = "app";

/** Of the prestart task. */
export const migrateTaskName = "migrate";

/** Of the task that dumps the database. */
export const backupTaskName = "backup";

/** Job meta key that says which stack deploys the job, as `project/stack`. */
export const ownerMetaKey = "pulumi_stack";

/** Job meta key that tells two stacks of one name apart: a random value that the stack's state keeps. */
export const ownerIdMetaKey = "pulumi_stack_id";

/** The file at the root of the allocation's directory that says that the gate has done its work. */
export const proofName = "migrations-applied";
