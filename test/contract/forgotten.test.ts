/** A rollout that failed, once Nomad has forgotten its deployment. */
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { NomadApi } from "../../components/nomad/api";
import type { JobMarks } from "../../components/nomad/registered";
import { renderForCluster } from "../../components/rollout/rendering";
import { eventually } from "../support/waiting";
import { type NomadAgent, startNomadAgent } from "./support/nomadAgent";

jest.setTimeout(120_000);

let agent: NomadAgent;
beforeAll(async () => {
  agent = await startNomadAgent({ acl: true });
});
afterAll(() => agent.stop());

const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
  const headers = { "X-Nomad-Token": agent.token ?? "" };
  const answer = await fetch(`${agent.address}${path}`, { method, headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return (text ? JSON.parse(text) : null) as T;
};

const job =
  (id: string, script: string) =>
  ({ release }: JobMarks): string =>
    JSON.stringify({
      Job: {
        ID: id,
        Name: id,
        Datacenters: ["*"],
        Update: {
          MinHealthyTime: 1e8,
          HealthyDeadline: 30e9,
          ProgressDeadline: 60e9,
          MaxParallel: 1,
          Canary: 1,
        },
        TaskGroups: [
          {
            Name: "app",
            Count: 1,
            RestartPolicy: { Attempts: 0, Mode: "fail", Delay: 1e9, Interval: 60e9 },
            ReschedulePolicy: { Attempts: 0, Unlimited: false },
            Tasks: [
              {
                Name: "migrate",
                Driver: "raw_exec",
                Config: { command: "/bin/sh", args: ["-c", script] },
                Env: { DJANGO_NOMAD_GATE_RELEASE: String(release) },
                Resources: { CPU: 20, MemoryMB: 20 },
              },
            ],
          },
        ],
      },
    });

const render = (id: string, script: string) =>
  renderForCluster(
    new NomadApi({ address: agent.address, token: agent.token }, undefined, AbortSignal.timeout(60_000)),
    id,
    job(id, script),
  );
const numberOf = (jobspec: string): number => Number(/GATE_RELEASE":"(\d+)"/.exec(jobspec)?.[1]);

it("a first rollout that failed is tried again also when Nomad has forgotten its deployment", async () => {
  const first = await render("forgotten", "exit 1");
  await ask("PUT", "/v1/jobs", JSON.parse(first.jobspec) as object);
  const status = () => ask<{ Status: string } | null>("GET", "/v1/job/forgotten/deployment");
  await eventually(async () => expect((await status())?.Status).toBe("failed"));
  await eventually(async () => {
    await ask("PUT", "/v1/system/gc");
    expect(await status()).toBeNull();
  });
  const again = await render("forgotten", "exit 1");
  expect(numberOf(again.jobspec)).toBeGreaterThan(numberOf(first.jobspec));
});
