/**
 * Exit codes of `npm run preview | up | refresh | destroy`, for pipelines. From 3 on they are Pulumi's own, which
 * `npm run pulumi -- ...` passes on unchanged.
 */
export const VERB_EXIT_CODES = {
  0: "Done. After `up`: the new version serves, and its migrations are applied",
  1: "Failed. The release failed, or the run ended before it was done: the report says what serves now",
  2: "Refused: a wrong setting, a missing right, a stack that another run has locked. Nothing was changed on the cluster or in a database",
  3: "Pulumi is not logged in to the state's backend, or may not read the state there. Nothing was changed",
  6: "The backend has no such stack. Nothing was changed",
  7: "There are changes, and `--expect-no-changes` forbids them",
  8: "A person cancelled it",
  255: "Pulumi itself crashed",
} as const satisfies Record<number, string>;

/** What a command says before it has changed anything. */
export const refusedCode = 2;
