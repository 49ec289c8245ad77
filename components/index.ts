/** What other programs may import. */
export type { BackupsArgs } from "./database/backups";
export { DjangoApp, type StackOutputs } from "./djangoApp";
export type { DjangoAppArgs, HttpServiceArgs, Resources, UpdateArgs } from "./arguments/djangoAppArgs";
export { type DjangoAppProblem, djangoAppProblems, djangoAppWarnings } from "./application/djangoAppProblems";
export { defaults, type NomadJob } from "./jobspec";
export type {
  AffinityArgs,
  ConstraintArgs,
  LogsArgs,
  RegistryAuthArgs,
  RescheduleArgs,
  RestartArgs,
  SpreadArgs,
  VolumeArgs,
} from "./arguments/placementArgs";
export { PostgresContainer, type PostgresContainerArgs } from "./database/postgresContainer";
export { PostgresDatabase, type PostgresDatabaseArgs } from "./database/postgresDatabase";
