/** What is wrong with the arguments of a database on an existing server. */
import { accessSync, constants } from "node:fs";
import { defaults } from "./jobspec";
import { appUser, isSeparate, migrateUser, type PostgresDatabaseArgs } from "./postgresDatabase";

interface Problem {
  key: string;
  message: string;
}

/** Every problem at once; empty when there is none. */
export function postgresDatabaseProblems(args: PostgresDatabaseArgs): Problem[] {
  return [...transportProblems(args), ...roleProblems(args)].map(({ key, message }) => ({
    key: `database.${key}`,
    message,
  }));
}

/** True for addresses that no packet leaves this machine to. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

function transportProblems({ host, sslmode, sslRootCert }: PostgresDatabaseArgs): Problem[] {
  const problems: Problem[] = [];
  if (sslmode !== undefined && sslmode !== "verify-full" && !isLoopback(host)) {
    const message =
      `is "${sslmode}", but ${host} is not this machine: without verify-full whoever is on the way could read ` +
      "passwords and rows. Remove it, and name the server's authority in database.sslRootCert if it is your own";
    problems.push({ key: "sslmode", message });
  }
  if (sslRootCert !== undefined && !isReadable(sslRootCert)) {
    const message = `is "${sslRootCert}", which can't be read: it must be the path of a PEM file, from the program's folder`;
    problems.push({ key: "sslRootCert", message });
  }
  return problems;
}

function roleProblems(args: PostgresDatabaseArgs): Problem[] {
  const problems: Problem[] = [];
  const admin = args.adminUser ?? defaults.database.adminUser;
  if (isSeparate(args) && args.migratePassword === undefined) {
    const message =
      "is required with separate roles: pulumi config set --secret --path database.migratePassword VALUE, " +
      'or set database.roles to "single"';
    problems.push({ key: "migratePassword", message });
  }
  if (!isSeparate(args)) {
    for (const key of ["migrateUser", "migratePassword"] as const) {
      if (args[key] === undefined) continue;
      problems.push({ key, message: 'is set, but database.roles is "single": remove one of them' });
    }
  }
  if (isSeparate(args) && appUser(args) === migrateUser(args)) {
    const message = `is "${migrateUser(args)}", which is the application's role too: give them different names, or set database.roles to "single"`;
    problems.push({ key: "migrateUser", message });
  }
  for (const [key, role] of [
    ["user", appUser(args)],
    ["migrateUser", migrateUser(args)],
  ] as const) {
    if (role !== admin) continue;
    problems.push({
      key,
      message: `is "${role}", which is database.adminUser: the application must not be it`,
    });
  }
  return problems;
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
