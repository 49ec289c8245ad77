import { type Properties } from "../../../host/types";

export interface JobOptions {
  id: string;
  /** What the server task runs. */
  command?: string;
  count?: number;
  /** Milliseconds that an allocation has to stay healthy. */
  minHealthyTime?: number;
}

/** A service job of the recorded one's build (migrate, then server; one canary), without containers. */
export function serviceJob({
  id,
  command = "exec sleep 600",
  count = 2,
  minHealthyTime = 100,
}: JobOptions): Properties {
  const task = (name: string, script: string) => ({
    Name: name,
    Driver: "raw_exec",
    Config: { command: "/bin/sh", args: ["-c", script] },
    Resources: { CPU: 20, MemoryMB: 20 },
  });
  const job = {
    ID: id,
    Name: id,
    Type: "service",
    Datacenters: ["*"],
    TaskGroups: [
      {
        Name: "app",
        Count: count,
        Networks: [{ Mode: "host", DynamicPorts: [{ Label: "http" }] }],
        RestartPolicy: { Attempts: 0, Mode: "fail" },
        ReschedulePolicy: { Attempts: 0, Unlimited: false },
        Update: {
          MaxParallel: 1,
          Canary: 1,
          AutoPromote: true,
          AutoRevert: true,
          MinHealthyTime: minHealthyTime * 1e6,
          HealthyDeadline: 300e9,
          ProgressDeadline: 600e9,
        },
        Tasks: [
          { ...task("migrate", "true"), Lifecycle: { Hook: "prestart", Sidecar: false } },
          task("server", command),
        ],
      },
    ],
  };
  return { jobspec: JSON.stringify({ Job: job }), json: true, detach: false, purgeOnDestroy: true };
}
