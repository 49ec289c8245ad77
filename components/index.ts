/** What other programs may import. */
export { DjangoApp, type DjangoAppNodes } from "./djangoApp";
export type { NextCommands, StackOutputs } from "./application/stackOutputs";
export type { AppliedMigrations, PhaseSeconds, ReleaseSummary } from "./rollout";
export type { NomadArgs, NomadHeaderArgs } from "./nomad/nomadArgs";
export type {
  DatabaseTransforms,
  PostgresTransforms,
  ResourceTransform,
  Transforms,
} from "./arguments/transforms";
export type * from "./arguments/configArgs";
export type { DjangoAppArgs } from "./arguments/djangoAppArgs";
export { defaults } from "./arguments/keys";
export type { Problem } from "./arguments/problem";
export { type DjangoAppProblem, djangoAppProblems, djangoAppWarnings } from "./application/djangoAppProblems";
export type { CompanionId, CompanionKind, CompanionTransform, Duration, Transform } from "./jobspec";
/** A job as Nomad's API takes it, for transforms. Two of its parts have names of arguments. */
export type * from "./jobspec/nomadTypes";
export type { Scaling } from "./jobspec/scaling";
export type {
  Resources as NomadResources,
  UpdateStrategy as NomadUpdateStrategy,
} from "./jobspec/nomadTypes";
export type { Resources, UpdateStrategy } from "./arguments/configArgs";
export { PostgresContainer } from "./database/postgresContainer";
export { PostgresDatabase } from "./database/postgresDatabase";
