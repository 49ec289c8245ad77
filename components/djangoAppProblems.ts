/** What is wrong with the arguments of a DjangoApp taken together. Single values are checked where they are read. */
import type { DjangoAppArgs } from "./djangoAppArgs";
import { gateSettings, timerSettings } from "./djangoAppSpec";
import { defaults, ladderProblems, seconds } from "./jobspec";
import { gateSettingsErrors } from "./migrationGate";
import type { PostgresContainerArgs } from "./postgresContainer";
import type { PostgresDatabaseArgs } from "./postgresDatabase";
import { postgresDatabaseProblems } from "./postgresDatabaseProblems";
import { versionProblems } from "./postgresVersion";

export interface DjangoAppProblem {
  /** The argument, as the user writes it. */
  key: string;
  /** What is wrong and the way out. */
  message: string;
}

/** Every problem at once; empty when the arguments fit together. Touches nothing. */
export function djangoAppProblems(args: DjangoAppArgs): DjangoAppProblem[] {
  return [
    ...gateProblems(args),
    ...updateProblems(args),
    ...networkProblems(args),
    ...secretProblems(args),
    ...(args.postgres ? postgresProblems(args.postgres) : []),
    ...(args.database ? databaseProblems(args.database, args) : []),
  ];
}

/** Of "KEY is VALUE and must be ...", the key apart. */
function keyed(sentence: string): DjangoAppProblem {
  const [key, ...rest] = sentence.split(" ");
  return { key, message: rest.join(" ") };
}

function gateProblems(args: DjangoAppArgs): DjangoAppProblem[] {
  return gateSettingsErrors(gateSettings(args))
    .map(keyed)
    .map((problem) =>
      // The gate counts in seconds; users write a duration.
      problem.key === "migrationTimeoutSeconds"
        ? { key: "migrationTimeout", message: `is ${args.migrationTimeout} and must be 1s or more` }
        : problem,
    );
}

function updateProblems(args: DjangoAppArgs): DjangoAppProblem[] {
  const problems = ladderProblems(timerSettings(args)).map(keyed);
  const strategy = args.update?.strategy ?? defaults.update.strategy;
  const leader = args.migrationLeader ?? defaults.migrationLeader;
  if (strategy === "rolling" && leader === "index-zero") {
    problems.push({
      key: "update.strategy",
      message:
        'is "rolling" with migrationLeader "index-zero": when count and image change together Nomad may start ' +
        "other indexes first, which then wait for an index 0 that is never started. " +
        'Use update.strategy "canary", or migrationLeader "first-to-lock"',
    });
  }
  const timeout = args.httpService?.checkTimeout ?? defaults.httpService.checkTimeout;
  const interval = args.httpService?.checkInterval ?? defaults.httpService.checkInterval;
  for (const [key, given] of [
    ["httpService.checkInterval", interval],
    ["httpService.checkTimeout", timeout],
  ] as const) {
    if (args.httpService && seconds(given) < 1) {
      problems.push({ key, message: `is ${given}, but Nomad takes no less than 1s` });
    }
  }
  return problems;
}

function networkProblems(args: DjangoAppArgs): DjangoAppProblem[] {
  const problems: DjangoAppProblem[] = [];
  const upstreams = args.httpService?.upstreams ?? [];
  if (args.postgres && args.dockerNetworkMode !== undefined) {
    problems.push({
      key: "dockerNetworkMode",
      message: "can't be set together with postgres, whose own network both tasks join: remove one of them",
    });
  }
  if (
    upstreams.length > 0 &&
    (args.httpService?.serviceProvider ?? defaults.httpService.serviceProvider) !== "consul"
  ) {
    problems.push({
      key: "httpService.upstreams",
      message: 'needs httpService.serviceProvider "consul": Nomad\'s own services have no mesh',
    });
  }
  if (upstreams.length > 0 && (args.postgres || args.dockerNetworkMode !== undefined)) {
    problems.push({
      key: "httpService.upstreams",
      message: "puts the allocation into a network of its own: remove postgres and dockerNetworkMode",
    });
  }
  return problems;
}

function secretProblems(args: DjangoAppArgs): DjangoAppProblem[] {
  const problems: DjangoAppProblem[] = [];
  if ((args.secretEnvVars || args.postgres || args.database) && args.jobName?.includes(".")) {
    problems.push({
      key: "jobName",
      message: `is "${args.jobName}", but Nomad variables, which carry the secrets, take no dots in their path: use - instead`,
    });
  }
  return problems;
}

function postgresProblems(args: PostgresContainerArgs): DjangoAppProblem[] {
  const problems = versionProblems(args);
  if (args.listenAddress !== undefined && args.port === undefined) {
    problems.push({
      key: "postgres.listenAddress",
      message: `is ${args.listenAddress}, but without postgres.port the database is not published: set it, or remove this`,
    });
  }
  return problems;
}

function databaseProblems(database: PostgresDatabaseArgs, { postgres }: DjangoAppArgs): DjangoAppProblem[] {
  const problems = postgresDatabaseProblems(database);
  if (postgres) {
    const message = "can't be set together with postgres, which is a database of its own: remove one of them";
    problems.push({ key: "database", message });
  }
  return problems;
}
