/** A Nomad of a few answers, for the logic that asks it: what Nomad itself does is tested on a real one. */
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { nanoseconds } from "../../components/jobspec";
import { NomadApi } from "../../components/nomad/api";
import type { Allocation, Deployment, RegisteredJob } from "../../components/nomad/models";
import type { DesiredUpdates } from "../../components/rollout/plan";

interface Refusal {
  status: number;
  text: string;
}

type Plain = object | string | null;
type Answer = Plain | ((query: URLSearchParams) => Plain);

export class FakeNomad {
  /** Method and path, in the order in which they came. */
  readonly asked: string[] = [];
  /** What came with each of them. */
  readonly requests: { query: URLSearchParams; headers: IncomingHttpHeaders }[] = [];
  /** Seconds by which Nomad's clock is ahead of this machine's. */
  clockAhead = 0;
  private readonly answers = new Map<string, Answer>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeNomad> {
    const server = createServer();
    const fake = new FakeNomad(server);
    server.on("request", (request, response) => {
      const [path, query] = (request.url ?? "").split("?");
      fake.asked.push(`${request.method} ${path}`);
      fake.requests.push({ query: new URLSearchParams(query), headers: request.headers });
      const known = fake.answers.get(path);
      const answer =
        typeof known === "function"
          ? (known as (query: URLSearchParams) => Plain)(new URLSearchParams(query))
          : known;
      const refusal = answer === undefined ? { status: 404, text: "not found" } : asRefusal(answer);
      response.setHeader("Date", new Date(Date.now() + fake.clockAhead * 1000).toUTCString());
      response.statusCode = refusal?.status ?? 200;
      response.end(refusal?.text ?? (typeof answer === "string" ? answer : JSON.stringify(answer)));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  /** A function is asked anew each time. */
  answer(path: string, answer: Answer): this {
    this.answers.set(path, answer);
    return this;
  }

  /** A task's log as Nomad answers it: frames of its files, which are counted from `first`. */
  log(allocationId: string, files: readonly string[], first = 0): this {
    return this.answer(`/v1/client/fs/logs/${allocationId}`, (query) => {
      const frames: string[] = [];
      let skip = Number(query.get("offset") ?? 0);
      if (query.get("plain") === "true") return Buffer.from(files.join("")).subarray(-skip).toString();
      if (query.get("origin") === "end") skip = Math.max(0, Buffer.byteLength(files.join("")) - skip);
      for (const [index, content] of files.entries()) {
        const data = Buffer.from(content);
        for (let at = Math.min(skip, data.length); at < data.length;) {
          const piece = data.subarray(at, at + 65_536);
          // Nomad's own way of counting: a short frame behind others ends where a full one would.
          const Offset = frames.length > 0 && at > 0 ? at + 65_536 : at + piece.length;
          at += piece.length;
          const File = `alloc/logs/migrate.stdout.${first + index}`;
          frames.push(JSON.stringify({ Data: piece.toString("base64"), File, Offset }));
        }
        skip = Math.max(0, skip - data.length);
      }
      return frames.join("");
    });
  }

  refuse(path: string, status: number, text: string): this {
    return this.answer(path, { status, text });
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  api(signal: AbortSignal = AbortSignal.timeout(20_000), namespace?: string): NomadApi {
    return new NomadApi({ address: this.address }, namespace, signal);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function asRefusal(answer: Plain): Refusal | undefined {
  return answer instanceof Object && "status" in answer && "text" in answer ? (answer as Refusal) : undefined;
}

/** A plan's figures for a group in which nothing happens. */
export const noUpdates: DesiredUpdates = {
  Ignore: 0,
  Place: 0,
  Migrate: 0,
  Stop: 0,
  InPlaceUpdate: 0,
  DestructiveUpdate: 0,
  Canary: 0,
  Preemptions: 0,
};

/** A version of a job, with just the settings that limit how long its instances take to stop. */
export function stoppingWithin(killTimeout: string, shutdownDelay = "0s"): object {
  const Tasks = [{ Name: "worker", KillTimeout: nanoseconds(killTimeout), ShutdownDelay: 0 }];
  return { TaskGroups: [{ Name: "worker", ShutdownDelay: nanoseconds(shutdownDelay), Tasks }] };
}

export function registeredJob(changed: Partial<RegisteredJob> = {}): RegisteredJob {
  return {
    Version: 4,
    JobModifyIndex: 40,
    Stop: false,
    Status: "running",
    UI: null,
    TaskGroups: [{ Name: "app", Count: 2, Meta: null, Tasks: [] }],
    ...changed,
  };
}

export function deployment(changed: Partial<Deployment> = {}): Deployment {
  return {
    ID: "d0d0d0d0-0000-0000-0000-000000000000",
    JobVersion: 4,
    Status: "successful",
    StatusDescription: "Deployment completed successfully",
    CreateTime: 0,
    TaskGroups: { app: { DesiredTotal: 2, HealthyAllocs: 2, Promoted: false, DesiredCanaries: 0 } },
    ...changed,
  };
}

/** One that serves. */
export function allocation(index: number, changed: Partial<Allocation> = {}): Allocation {
  const ended = { Failed: false, Restarts: 0, FinishedAt: "2026-01-01T00:00:01Z", Events: [] };
  return {
    ID: `a${index}a1b2c3-0000-0000-0000-000000000000`,
    Name: `shop.app[${index}]`,
    NodeName: "node-1",
    JobVersion: 4,
    DesiredStatus: "run",
    ClientStatus: "running",
    ClientDescription: "",
    DeploymentStatus: { Healthy: true, Canary: false },
    TaskStates: {
      migrate: { ...ended, State: "dead", StartedAt: "2026-01-01T00:00:00Z" },
      server: { ...ended, State: "running", StartedAt: "2026-01-01T00:00:02Z", FinishedAt: null },
    },
    CreateIndex: 1,
    ...changed,
  };
}
