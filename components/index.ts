/** What other programs may import. */
export { DjangoApp, type DjangoAppNodes } from "./djangoApp";
export type { NextCommands, StackOutputs } from "./application/stackOutputs";
export type { NomadArgs } from "./nomad/nomadArgs";
export type { ResourceTransform, Transforms } from "./arguments/transforms";
export type * from "./arguments/configArgs";
export type { DjangoAppArgs } from "./arguments/djangoAppArgs";
export { defaults } from "./arguments/keys";
export { type DjangoAppProblem, djangoAppProblems, djangoAppWarnings } from "./application/djangoAppProblems";
export type {
  CompanionId,
  CompanionJob,
  CompanionKind,
  CompanionTransform,
  NomadJob,
  ParameterizedJob,
  PeriodicJob,
} from "./jobspec";
export { PostgresContainer } from "./database/postgresContainer";
export { PostgresDatabase } from "./database/postgresDatabase";
