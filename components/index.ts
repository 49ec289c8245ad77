/** What other programs may import. */
export type { BackupsArgs } from "./backups";
export { DjangoApp, type StackOutputs } from "./djangoApp";
export type { DjangoAppArgs, HttpServiceArgs, Resources, UpdateArgs } from "./djangoAppArgs";
export { type DjangoAppProblem, djangoAppProblems, djangoAppWarnings } from "./djangoAppProblems";
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
} from "./placementArgs";
export { PostgresContainer, type PostgresContainerArgs } from "./postgresContainer";
export { PostgresDatabase, type PostgresDatabaseArgs } from "./postgresDatabase";
