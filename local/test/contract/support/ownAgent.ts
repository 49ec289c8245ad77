/** The Nomad agent of a clone, started as `npm start` does it. */
import { execFile } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensureTool } from "../../../tools";
import { Clone } from "../../../../test/support/clone";

const run = promisify(execFile);

/** What the clone's code says of the agent that it has found or started. */
export interface Ensured {
  address: string;
  token: string;
  replaced: boolean;
}

export class OwnAgent {
  private constructor(
    readonly clone: Clone,
    /** The executable. */
    readonly nomad: string,
  ) {}

  static async prepare(): Promise<OwnAgent> {
    const { path } = await ensureTool("nomad");
    const clone = Clone.create();
    // As where people keep their projects: other users may look into it.
    chmodSync(clone.folder, 0o755);
    return new OwnAgent(clone, path);
  }

  /** Runs a script in the clone. @returns what it has printed. */
  async script(text: string, ...args: string[]): Promise<string> {
    const node = ["--require", "./commands/typescript.cjs", "-e", text, ...args];
    const { stdout } = await run(process.execPath, node, { cwd: this.clone.folder });
    return stdout;
  }

  async ensure(): Promise<Ensured> {
    const print = "then((agent) => console.log(JSON.stringify(agent)))";
    const printed = await this.script(
      `require("./local/nomadAgent.ts").ensureAgent(process.argv[1]).${print}`,
      this.nomad,
    );
    return JSON.parse(printed) as Ensured;
  }

  /** Path of a file below the clone's .local. */
  file(...path: string[]): string {
    return join(this.clone.folder, ".local", ...path);
  }

  get pid(): number {
    return (JSON.parse(readFileSync(this.file("run", "nomad.json"), "utf8")) as { pid: number }).pid;
  }

  /** Its port for other agents' requests, or for their gossip. */
  port(use: "rpc" | "serf"): number {
    return Number(new URL(this.clone.nomad).port) + (use === "rpc" ? 1 : 2);
  }

  /** Where it takes connections and packets: addresses as the kernel writes them. */
  listening(): string[] {
    const folder = `/proc/${this.pid}/fd`;
    const own = new Set(
      readdirSync(folder).flatMap((fd) => /^socket:\[(\d+)\]$/.exec(linkOf(join(folder, fd)))?.[1] ?? []),
    );
    const waiting = { tcp: "0A", tcp6: "0A", udp: "07", udp6: "07" };
    return Object.entries(waiting).flatMap(([protocol, state]) =>
      readFileSync(`/proc/${this.pid}/net/${protocol}`, "utf8")
        .split("\n")
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter((fields) => fields[3] === state && own.has(fields[9]))
        .map((fields) => fields[1].split(":")[0]),
    );
  }
}

/** Empty for one that was closed in the meantime. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** A batch job of one task that is tried once. */
export function triedJob(name: string, driver: string, config: object): object {
  const never = { Attempts: 0, Mode: "fail" };
  return {
    Job: {
      ID: name,
      Name: name,
      Type: "batch",
      Datacenters: ["*"],
      TaskGroups: [
        {
          Name: "tried",
          RestartPolicy: never,
          ReschedulePolicy: { Attempts: 0, Unlimited: false },
          Tasks: [{ Name: "tried", Driver: driver, Config: config, Resources: { CPU: 20, MemoryMB: 20 } }],
        },
      ],
    },
  };
}
