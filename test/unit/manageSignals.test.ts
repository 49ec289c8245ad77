import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { repoRoot } from "../../commands/base/paths";
import type { Allocation } from "../../components/nomad/models";
import { allocation, FakeNomad } from "../support/fakeNomad";

const dispatched = "/v1/job/shop-manage%2Fdispatch-1";
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("Ctrl-C in npm run manage", () => {
  let nomad: FakeNomad;
  let clone: string;
  let child: ChildProcess;
  let exit: Promise<unknown[]>;
  beforeEach(async () => {
    nomad = await FakeNomad.start();
    clone = mkdtempSync(join(tmpdir(), "django-nomad-manage-"));
    for (const part of ["commands", "components", "Pulumi.yaml", "package.json"]) {
      cpSync(join(repoRoot, part), join(clone, part), { recursive: true });
    }
    symlinkSync(join(repoRoot, "node_modules"), join(clone, "node_modules"));
    const config = { "nomad:address": nomad.address, "django-nomad:jobName": "shop" };
    writeFileSync(join(clone, "Pulumi.prod.yaml"), JSON.stringify({ config }));
  });
  afterEach(async () => {
    child.kill("SIGKILL");
    await nomad.stop();
    rmSync(clone, { recursive: true });
  });

  const running = { State: "running" as const, Failed: false, Restarts: 0, FinishedAt: null, Events: [] };
  const state = { ...running, StartedAt: "2026-11-28T20:00:00Z" };
  const command = (changed: Partial<Allocation> = {}): Allocation =>
    allocation(0, { ID: "8317eef3", TaskStates: { manage: state }, ...changed });
  const ended = command({
    ClientStatus: "complete",
    TaskStates: {
      manage: {
        ...{ ...state, State: "dead" },
        Events: [{ Type: "Terminated", DisplayMessage: "", ExitCode: 7 }],
      },
    },
  });
  const signals = (): number => nomad.asked.filter((one) => one.endsWith("/signal")).length;

  /** Until the command runs, and one Ctrl-C has come twice. */
  async function interrupted(): Promise<void> {
    nomad
      .answer("/v1/job/shop-manage", { ID: "shop-manage", Stop: false, TaskGroups: [] })
      .answer("/v1/job/shop-manage/dispatch", { DispatchedJobID: "shop-manage/dispatch-1", EvalID: "e" })
      .answer(`${dispatched}/allocations`, [command()])
      .answer("/v1/client/fs/logs/8317eef3", "")
      .answer("/v1/client/allocation/8317eef3/signal", {})
      .answer(dispatched, {});
    const args = ["--require", "./commands/typescript.cjs", "commands/manage.ts", "-s", "prod", "check"];
    child = spawn(process.execPath, args, { cwd: clone, env: { PATH: process.env.PATH }, stdio: "ignore" });
    exit = once(child, "exit");
    while (!nomad.asked.includes("GET /v1/client/fs/logs/8317eef3")) await pause(50);
    child.kill("SIGINT");
    await pause(5);
    child.kill("SIGINT");
    while (signals() === 0) await pause(20);
  }

  it("that comes twice, as under bash, is one: the command ends by itself, with its own exit code", async () => {
    await interrupted();
    await pause(300);
    nomad.answer(`${dispatched}/allocations`, [ended]);
    expect(await exit).toEqual([7, null]);
    expect(signals()).toBe(1);
    expect(nomad.asked.at(-1)).toBe(`DELETE ${dispatched}`);
  });

  it("that is pressed again ends the command at once", async () => {
    await interrupted();
    await pause(700);
    child.kill("SIGINT");
    expect(await exit).toEqual([130, null]);
    expect(nomad.asked.at(-1)).toBe(`DELETE ${dispatched}`);
  });
});
