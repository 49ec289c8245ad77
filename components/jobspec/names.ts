/** Names that the job and what belongs to it share. */

/** Of the only task group. */
export const groupName = "app";
/** Of the prestart task. */
export const migrateTaskName = "migrate";
