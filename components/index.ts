/** What other programs may import. */
export { DjangoApp } from "./djangoApp";
export type { DjangoAppArgs, HttpServiceArgs, Resources, UpdateArgs } from "./djangoAppArgs";
export { type DjangoAppProblem, djangoAppProblems } from "./djangoAppProblems";
export { defaults } from "./jobspec";
export { PostgresContainer, type PostgresContainerArgs } from "./postgresContainer";
export { PostgresDatabase, type PostgresDatabaseArgs } from "./postgresDatabase";
