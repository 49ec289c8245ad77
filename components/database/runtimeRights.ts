/** Tells, when an application's role is made, what it can't do at run time: a project finds out late otherwise. */
import * as pulumi from "@pulumi/pulumi";
import { printable } from "../messages/printable";
import { say } from "../messages/say";
import { canHook } from "../nomad/canHook";

/** What a role that only reads and writes rows can't do, and what to set for a project that does. */
function runtimeLimits(appUser: string): string {
  return (
    `database.roles is "separate": the application's role ${printable(appUser)} reads and writes rows. It can't TRUNCATE, ` +
    "create schemas or temporary tables, or, before PostgreSQL 17, REFRESH MATERIALIZED VIEW. A project that does so at run " +
    'time needs database.roles "single" (docs/database.md)'
  );
}

/** For the creation of the role's first grant, in previews as well. Empty under Pulumi's mocks. */
export function runtimeRightsHooks(name: string, appUser: string): pulumi.ResourceHook[] {
  if (!canHook()) return [];
  return [
    new pulumi.ResourceHook(`runtime-rights-${name}`, () => say(runtimeLimits(appUser)), { onDryRun: true }),
  ];
}
