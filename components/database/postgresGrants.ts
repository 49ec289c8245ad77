/** Privileges on an application's database: nobody's but its owner's, and rows for the application. */
import * as postgresql from "@pulumi/postgresql";
import type * as pulumi from "@pulumi/pulumi";

/** Privileges on rows and their counters, without any on the tables themselves. */
const tablePrivileges = ["SELECT", "INSERT", "UPDATE", "DELETE"];
const sequencePrivileges = ["SELECT", "USAGE"];

/** PUBLIC may connect to a new database, and before PostgreSQL 15 make tables in it. */
export function closeToOthers(
  name: string,
  database: pulumi.Output<string>,
  owner: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const grant = (suffix: string, args: Omit<postgresql.GrantArgs, "database">): postgresql.Grant =>
    new postgresql.Grant(`${name}-${suffix}`, { database, ...args }, opts);
  return [
    grant("public-database", { role: "public", objectType: "database", privileges: [] }),
    grant("public-schema", { role: "public", objectType: "schema", schema: "public", privileges: ["USAGE"] }),
    grant("owner-schema", {
      role: owner,
      objectType: "schema",
      schema: "public",
      privileges: ["CREATE", "USAGE"],
    }),
  ];
}

/** Rows of what is there, and of every table that the owner makes later. */
export function grantRows(
  name: string,
  database: pulumi.Output<string>,
  owner: pulumi.Output<string>,
  role: pulumi.Output<string>,
  roleName: string,
  hooks: pulumi.ResourceHookBinding,
  opts: pulumi.CustomResourceOptions,
): void {
  const schema = "public";
  const named = (suffix: string): string => `${name}-${roleName}-${suffix}`;
  new postgresql.Grant(
    named("connect"),
    { role, database, objectType: "database", privileges: ["CONNECT"] },
    { ...opts, hooks },
  );
  new postgresql.Grant(
    named("schema"),
    { role, database, schema, objectType: "schema", privileges: ["USAGE"] },
    opts,
  );
  for (const [objectType, privileges] of [
    ["table", tablePrivileges],
    ["sequence", sequencePrivileges],
  ] as const) {
    const later = new postgresql.DefaultPrivileges(
      named(`later-${objectType}s`),
      { role, database, schema, owner, objectType, privileges: [...privileges] },
      opts,
    );
    // After the default, so that no table that is made in between is left out. Migrations take back what concerns
    // their own tables; the provider, which knows one list for all of them, would give it again.
    new postgresql.Grant(
      named(`${objectType}s`),
      { role, database, schema, objectType, privileges: [...privileges] },
      { ...opts, dependsOn: [later], ignoreChanges: ["privileges"] },
    );
  }
}
