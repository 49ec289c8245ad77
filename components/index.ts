/** What other programs may import. */
export type { BackupsArgs } from "./arguments/backupsArgs";
export { DjangoApp, type DjangoAppNodes } from "./djangoApp";
export type { NextCommands, StackOutputs } from "./application/stackOutputs";
export type { NomadArgs } from "./nomad/nomadArgs";
export type { ResourceTransform, Transforms } from "./arguments/transforms";
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
export { PostgresContainer } from "./database/postgresContainer";
export type { PostgresContainerArgs } from "./arguments/databaseArgs";
export { PostgresDatabase } from "./database/postgresDatabase";
export type { PostgresDatabaseArgs } from "./arguments/databaseArgs";
