/** Runs the npm verbs of a checkout, and watches what they take. */
import { spawn } from "node:child_process";
import { type Clone, type Finished, forOtherStacks } from "../test/support/clone";
import { commandLine, memory, ownCpuSeconds, tree } from "./processTree";

/** What a command and everything that it started took. */
export interface Footprint {
  /** Processor seconds. */
  cpu: number;
  /** The most MB that all of them had at one moment. */
  memory: number;
  /** The most MB of the process that runs the program. */
  programMemory: number;
}

export interface PulumiRun extends Finished {
  seconds: number;
  footprint?: Footprint;
}

const lookEveryMs = 100;

/** Has a checkout run another program while `work` lasts. @param program a file below bench/programs. */
export async function withProgram<T>(
  clone: Clone,
  program: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (program === undefined) return work();
  const own = clone.read("index.ts");
  clone.write("index.ts", `import "./bench/programs/${program}";\n`);
  try {
    return await work();
  } finally {
    clone.write("index.ts", own);
  }
}

/** Deploys what is to be previewed. The state is written once, at the end: of a hundred apps that saves minutes. */
export function up(clone: Clone, stack: string): Promise<Finished> {
  const options = ["--yes", "--skip-preview", "--parallel", "20", "--stack", stack];
  const once = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };
  return clone.npm(["run", "--silent", "up", "--", ...options], once);
}

/** What `npm run preview` runs, without npm's own start. @param watched costs some percent of the time. */
export async function preview(clone: Clone, stack: string, { watched = false } = {}): Promise<PulumiRun> {
  const args = [
    "--require",
    "./commands/typescript.cjs",
    "commands/verb.ts",
    "preview",
    "--expect-no-changes",
    "--stack",
    stack,
  ];
  const inherited = Object.entries(process.env).filter(([name]) => !/^(NOMAD_|PULUMI_|DOCKER_)/.test(name));
  const begin = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: clone.folder,
    env: { ...Object.fromEntries(inherited), ...forOtherStacks },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  }
  const watch = watched && child.pid !== undefined ? new Watch(child.pid) : undefined;
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject).once("close", (exit) => resolve(exit ?? 1));
  });
  return { code, output, seconds: (performance.now() - begin) / 1000, footprint: watch?.end() };
}

/** Looks at a process's tree again and again: plugins end before anybody could ask what they took. */
class Watch {
  private readonly cpu = new Map<number, number>();
  private most = 0;
  private mostOfProgram = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly pid: number) {
    this.timer = setInterval(() => this.look(), lookEveryMs);
  }

  private look(): void {
    let all = 0;
    for (const pid of tree(this.pid)) {
      this.cpu.set(pid, ownCpuSeconds(pid));
      const own = memory(pid);
      all += own;
      if (/@pulumi\/pulumi\/cmd\/run/.test(commandLine(pid))) {
        this.mostOfProgram = Math.max(this.mostOfProgram, own);
      }
    }
    this.most = Math.max(this.most, all);
  }

  end(): Footprint {
    clearInterval(this.timer);
    const cpu = [...this.cpu.values()].reduce((sum, seconds) => sum + seconds, 0);
    return { cpu, memory: this.most, programMemory: this.mostOfProgram };
  }
}
