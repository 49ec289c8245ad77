/** Backups that Nomad takes, and what tells whether two databases hold the same rows. */
export {
  differences,
  parsePrint,
  printLinesQuery,
  printsQuery,
  sameSpelling,
  sumsOf,
  tablesQuery,
} from "./fingerprint";
export type { Fingerprint, Sums } from "./fingerprint";
export { backupSpec } from "./backupSpec";
export { renderBackup } from "./renderBackup";
