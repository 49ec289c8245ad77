/** What other programs may import. */
export { DjangoApp, type StackOutputs } from "./djangoApp";
export type * from "./arguments/configArgs";
export type { DjangoAppArgs } from "./arguments/djangoAppArgs";
export { defaults } from "./arguments/keys";
export { type DjangoAppProblem, djangoAppProblems, djangoAppWarnings } from "./application/djangoAppProblems";
export type { NomadJob } from "./jobspec";
export { PostgresContainer } from "./database/postgresContainer";
export { PostgresDatabase } from "./database/postgresDatabase";
