/** A fresh clone of this project in a folder of its own, used as a newcomer would: by the scripts of package.json. */
import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseDocument } from "yaml";
import { developmentPassphrase } from "../../commands/pulumi/passphrase";
import { repoRoot, stateDir } from "../../commands/base/paths";
import { forget, remember } from "./leftovers";
import { send } from "./send";

export interface Finished {
  code: number;
  /** Standard output and standard error, as they came. */
  output: string;
}

/** A command that may still run. */
export interface Running {
  finished: Promise<Finished>;
  /** What it has printed so far. */
  output: () => string;
  /** SIGKILL to its whole process group. */
  kill: () => void;
}

export interface Registration {
  Address: string;
  Port: number;
  AllocID: string;
}

/** Variables of the caller that must not steer a clone. */
const notInherited = /^(NOMAD_|PULUMI_|DJANGO_NOMAD_|DOCKER_|npm_)/;

/** The caller's environment without what must not steer a clone. */
export function inheritedEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !notInherited.test(name)));
}

/**
 * What stacks beside dev need in tests, and what the dev stack does without: leave to run on stand-ins, and a
 * passphrase. It is the dev stack's, whose encrypted values they copy.
 */
export const forOtherStacks = {
  DJANGO_NOMAD_OFFLINE: "1",
  PULUMI_CONFIG_PASSPHRASE: developmentPassphrase,
} as const;

export class Clone {
  private constructor(readonly folder: string) {}

  /**
   * Copies what git would: tracked files and new ones that are not ignored. Packages are shared by a link, and the
   * stand-ins of the plugins are those that were built for this run.
   * @param tasks whether the dev stack keeps Redis, worker, beat and schedule, whose start takes time.
   */
  static create({ tasks = false } = {}): Clone {
    const folder = mkdtempSync(join(tmpdir(), "django-nomad-"));
    remember({ kind: "clone", path: folder });
    const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
      cwd: repoRoot,
    });
    for (const file of files.toString().split("\0").filter(Boolean)) {
      if (!existsSync(join(repoRoot, file))) continue;
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      cpSync(join(repoRoot, file), join(folder, file));
    }
    symlinkSync(join(repoRoot, "node_modules"), join(folder, "node_modules"));
    const standIns = join(stateDir, "plugins");
    if (existsSync(standIns)) cpSync(standIns, join(folder, ".local", "plugins"), { recursive: true });
    const clone = new Clone(folder);
    if (!tasks) clone.leaveTasksOut();
    return clone;
  }

  private env(extra: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    return { ...inheritedEnv(), ...forOtherStacks, ...extra };
  }

  /** Runs `npm ARGS` to its end, whatever that is. @param env undefined takes a variable away. */
  npm(args: string[], env: NodeJS.ProcessEnv = {}, input?: string): Promise<Finished> {
    return this.start(args, env, input).finished;
  }

  /** Starts `npm ARGS` in a process group of its own, so that a test can kill all of it. */
  start(args: string[], env?: NodeJS.ProcessEnv, input?: string): Running {
    return this.begin("npm", args, env, input);
  }

  /** Starts a script of package.json as its line has it: most tests have no use for npm itself. */
  startScript(name: string, args: string[] = [], env?: NodeJS.ProcessEnv): Running {
    const { scripts } = JSON.parse(this.read("package.json")) as { scripts: Record<string, string> };
    const [command, ...words] = scripts[name].split(" ");
    if (words.includes("&&")) throw new Error(`npm run ${name} is more than one command: give it to npm`);
    return this.begin(command, [...words, ...args], env);
  }

  private begin(command: string, args: string[], env: NodeJS.ProcessEnv = {}, input = ""): Running {
    const child = spawn(command, args, {
      cwd: this.folder,
      env: this.env(env),
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    const group = child.pid === undefined ? undefined : ({ kind: "group", pid: child.pid } as const);
    if (group) remember(group);
    // A command that asks nothing ends without reading it.
    child.stdin.on("error", () => undefined).end(input);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
    }
    const finished = new Promise<Finished>((resolve, reject) => {
      child.once("error", reject).once("close", (code) => {
        if (group) forget(group);
        resolve({ code: code ?? 1, output });
      });
    });
    return {
      finished,
      output: () => output,
      kill: () => {
        if (group) process.kill(-group.pid, "SIGKILL");
      },
    };
  }

  /** One of the verbs: preview, up, refresh, destroy, pulumi. */
  verb(verb: string, ...args: string[]): Promise<Finished> {
    return this.startScript(verb, args).finished;
  }

  /** Process ids of this clone's Pulumi programs. */
  programs(): string[] {
    return this.processes(/@pulumi\/pulumi\/cmd\/run/);
  }

  /** Process ids of what runs in this clone's folder. @param command part of its command line. */
  processes(command = /./): string[] {
    return readdirSync("/proc").filter((pid) => {
      try {
        if (readlinkSync(`/proc/${pid}/cwd`) !== this.folder) return false;
        return command.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
      } catch {
        return false; // Not a process, or one that has ended.
      }
    });
  }

  /** Address of this clone's Nomad agent. */
  get nomad(): string {
    return readFileSync(join(this.folder, ".local", "nomad", "address"), "utf8").trim();
  }

  /** Of this clone's Nomad agent. */
  get nomadToken(): string {
    return this.read(".local/nomad/token").trim();
  }

  /** Asks this clone's Nomad agent as its owner may. @throws when Nomad answers with anything but success. */
  async nomadRequest<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { status, text } = await send(method, `${this.nomad}${path}`, { body, token: this.nomadToken });
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    // Some deletions have nothing to say.
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  nomadGet<T>(path: string): Promise<T> {
    return this.nomadRequest<T>("GET", path);
  }

  registrations(service: string): Promise<Registration[]> {
    return this.nomadGet<Registration[]>(`/v1/service/${service}`);
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), "utf8");
  }

  private leaveTasksOut(): void {
    const file = "Pulumi.dev.yaml";
    const stack = parseDocument(this.read(file));
    for (const key of ["redis", "processes", "schedules"]) stack.deleteIn(["config", `django-nomad:${key}`]);
    this.write(file, stack.toString());
  }

  /** Has the dev stack's check ask every second, so that a test waits for what it is about; the stack's file then. */
  checkEverySecond(): string {
    const file = "Pulumi.dev.yaml";
    this.write(
      file,
      this.read(file)
        .replace("checkInterval: 10s", "checkInterval: 1s")
        .replace("checkTimeout: 5s", "checkTimeout: 1s"),
    );
    return this.read(file);
  }

  write(file: string, content: string): void {
    writeFileSync(join(this.folder, file), content);
  }

  /** Takes down whatever still runs, rows included, and removes the folder. */
  async remove(): Promise<void> {
    const { code, output } = await this.startScript("stop", ["--purge", "--yes"]).finished;
    if (code !== 0) throw new Error(`the clone at ${this.folder} could not be taken down:\n${output}`);
    this.discard();
  }

  /** Removes the folder of a clone that started nothing. */
  discard(): void {
    rmSync(this.folder, { recursive: true, force: true });
    forget({ kind: "clone", path: this.folder });
  }
}
