/** What tests have started and not taken down yet: a file for each thing, so that it is known after a crash, too. */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startOf } from "../../local/processes";

export type Leftover =
  | { kind: "process"; pid: number }
  /** A process with all that it started, as a group of its own. */
  | { kind: "group"; pid: number }
  /** Data of Nomad agents, with the containers that they started. */
  | { kind: "home"; path: string }
  /** A clone of this project, with all that its commands started. */
  | { kind: "clone"; path: string }
  | { kind: "container" | "network"; name: string };

/** A leftover as it is written down: a process id alone may be another process by now. */
export type Remembered = Leftover & { started?: string };

/** Names the folder of the run. jest's workers inherit it. */
const variable = "DJANGO_NOMAD_TEST_RUN";
const prefix = "django-nomad-run-";
const ownerFile = "owner.json";

function keyOf(leftover: Leftover): string {
  if ("pid" in leftover) return `process ${leftover.pid}`;
  return "path" in leftover ? leftover.path : leftover.name;
}

function fileOf(folder: string, key: string): string {
  return join(folder, `${createHash("sha256").update(key).digest("hex").slice(0, 16)}.json`);
}

/** Begins a run of this process and of those that it starts. @returns its folder. */
export function beginRun(): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  writeFileSync(join(folder, ownerFile), JSON.stringify({ pid: process.pid, started: startOf(process.pid) }));
  process.env[variable] = folder;
  return folder;
}

/** The folder of this run; undefined outside of one. */
export function currentRun(): string | undefined {
  return process.env[variable];
}

/** Folders of runs whose process was killed. */
export function abandonedRuns(): string[] {
  const isAbandoned = (folder: string): boolean => {
    try {
      const { pid, started } = JSON.parse(readFileSync(join(folder, ownerFile), "utf8")) as {
        pid: number;
        started: string;
      };
      return startOf(pid) !== started;
    } catch {
      return false; // It begins or ends at this moment.
    }
  };
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(tmpdir(), name))
    .filter(isAbandoned);
}

/** Writes down what has to be taken down later. Outside of a run nothing does that. */
export function remember(leftover: Leftover): void {
  const folder = currentRun();
  if (folder === undefined) return;
  const started = "pid" in leftover ? startOf(leftover.pid) : undefined;
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    fileOf(folder, keyOf(leftover)),
    JSON.stringify({ ...leftover, started } satisfies Remembered),
  );
}

/** It was taken down. */
export function forget(leftover: Leftover): void {
  const folder = currentRun();
  if (folder !== undefined) rmSync(fileOf(folder, keyOf(leftover)), { force: true });
}

/** What a run has left: nothing once that was taken down. */
export function leftoversOf(folder: string): Remembered[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json") && name !== ownerFile)
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Remembered);
}
