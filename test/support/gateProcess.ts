import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { AFTER_LINE_PREFIX, follower, renderAfterRollout } from "../../components/gate";
import { proofName } from "../../components/jobspec";
import { GATE_FIRST_LINE } from "../../components/gate";
import { type GateSettings, migrationGate } from "../../components/arguments";
import { type DjangoProject, type TestDatabase, databaseEnv } from "./djangoProject";
import { forget, type Leftover, remember } from "./leftovers";

export interface GateOptions {
  python: string;
  project: DjangoProject;
  databases: Record<string, TestDatabase>;
  /** What Nomad says in NOMAD_ALLOC_INDEX. @default 0 */
  index?: number;
  settings?: GateSettings;
  /** The gate of a process beside the web server. @default false */
  follows?: boolean;
  /** Commands of afterRollout: the program that runs them, in place of the gate. */
  after?: string[][];
  env?: Record<string, string>;
}

export interface GateEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Without the gate's first line, which says the versions. */
  stdout: string;
  stderr: string;
  /** The sentence that a person reads: the last line of stderr, of stdout when it passed. */
  lastLine: string;
  /** Whether it left the file without which the server can't start. */
  proof: boolean;
  /** Milliseconds since the epoch. */
  at: number;
}

const firstLine = new RegExp(`^(?:${GATE_FIRST_LINE}|${AFTER_LINE_PREFIX}started with Django ).*\n`, "m");

/** The gate as a process of this machine: what Nomad starts, without the container. */
export class GateProcess {
  readonly child: ChildProcess;
  readonly end: Promise<GateEnd>;
  private printed = { stdout: "", stderr: "" };
  private listeners = new Set<() => void>();

  constructor(options: GateOptions) {
    const settings = { manageCommand: [options.python, "manage.py"], ...options.settings };
    const leading = migrationGate(settings);
    const gate = options.after
      ? renderAfterRollout(settings.manageCommand, leading, options.after)
      : options.follows
        ? follower(leading)
        : leading;
    const allocDir = mkdtempSync(join(tmpdir(), "alloc-"));
    this.child = spawn(gate.command, gate.args, {
      cwd: options.project.directory,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env.PATH,
        NOMAD_ALLOC_INDEX: String(options.index ?? 0),
        NOMAD_ALLOC_DIR: allocDir,
        ...databaseEnv(options.databases),
        ...gate.env,
        ...options.env,
      },
    });
    const started: Leftover | undefined = this.child.pid
      ? { kind: "process", pid: this.child.pid }
      : undefined;
    if (started) remember(started);
    for (const name of ["stdout", "stderr"] as const) {
      this.child[name]?.setEncoding("utf8").on("data", (chunk: string) => {
        this.printed[name] += chunk;
        this.listeners.forEach((listener) => listener());
      });
    }
    this.end = new Promise((resolve, reject) => {
      this.child.once("error", reject).once("close", (code, signal) => {
        if (started) forget(started);
        const { stderr } = this.printed;
        const stdout = this.printed.stdout.replace(firstLine, "");
        const lastLine = (stderr.trim() || stdout.trim()).split("\n").at(-1) ?? "";
        const proof = existsSync(join(allocDir, proofName));
        rmSync(allocDir, { recursive: true });
        resolve({ code, signal, stdout, stderr, lastLine, proof, at: Date.now() });
        this.listeners.forEach((listener) => listener());
      });
    });
  }

  /** Waits until the gate has printed this. Fails when it ends without. */
  async says(text: string): Promise<void> {
    let ended = false;
    void this.end.then(() => (ended = true));
    while (!this.output.includes(text)) {
      if (ended) throw new Error(`The gate ended without saying "${text}":\n${this.output}`);
      await new Promise<void>((resolve) => {
        const listener = (): void => {
          this.listeners.delete(listener);
          resolve();
        };
        this.listeners.add(listener);
        void this.end.then(listener);
      });
    }
  }

  get output(): string {
    return this.printed.stdout + this.printed.stderr;
  }
}
