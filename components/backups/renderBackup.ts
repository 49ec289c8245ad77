import { readFileSync } from "node:fs";
import { join } from "node:path";
import { printsQuery, sameSpelling } from "./fingerprint";

const source = readFileSync(join(__dirname, "backup.sh"), "utf8");

/** The shell script that the task `backup` runs: a dump into `/backups` with a manifest as `npm run db` reads it. */
export function renderBackup(): string {
  return source
    .replace("@SPELLING@", () => sameSpelling)
    .replace("@HASHES@", () => printsQuery("hashes"))
    .replace("@TEXT@", () => printsQuery("text"));
}
