import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { LogReader } from "../../components/nomad/logReader";
import { NomadApi } from "../../components/nomad/api";
import type { Allocation } from "../../components/nomad/models";
import { waitUntil } from "../support/waiting";
import { type NomadAgent, startNomadAgent } from "./support/nomadAgent";

/** Lines of 100 bytes that the task prints each time that it is told to go on; Nomad keeps two files of 1 MB. */
const rounds = [5_000, 10_000, 8_000, 80_000, 3];
const kept = { MaxFiles: 2, MaxFileSizeMB: 1 };

/** Counts what comes from Nomad. */
class CountingApi extends NomadApi {
  characters = 0;
  override async start(...question: Parameters<NomadApi["start"]>): ReturnType<NomadApi["start"]> {
    const answer = await super.start(...question);
    this.characters += answer.text.length;
    return answer;
  }
}

describe("a log that Nomad rotates", () => {
  const signals = mkdtempSync(join(tmpdir(), "django-nomad-log-"));
  let agent: NomadAgent;
  let api: CountingApi;
  let id: string;

  beforeAll(async () => {
    agent = await startNomadAgent();
    api = new CountingApi({ address: agent.address }, undefined, AbortSignal.timeout(300_000));
    await api.post("/v1/jobs", { Job: job(script()) });
    await waitUntil("a running task", async () => {
      const { body } = await api.get<Allocation[]>("/v1/job/rotated/allocations");
      id = body.at(0)?.ID ?? "";
      return body.at(0)?.ClientStatus === "running";
    });
  });
  afterAll(async () => {
    await agent.stop();
    rmSync(signals, { recursive: true, force: true });
  });

  const script = (): string => {
    const print = (round: number, from: number): string =>
      `while [ ! -e ${signals}/${round} ]; do sleep 0.05; done; ` +
      `awk 'BEGIN { for (i = ${from}; i < ${from + rounds[round]}; i++) printf "migrate: %08d %081d\\n", i, 0 }'`;
    const starts = rounds.map((_, round) => rounds.slice(0, round).reduce((sum, count) => sum + count, 0));
    return `${starts.map((from, round) => print(round, from)).join("; ")}; exec sleep 600`;
  };

  it("is read to its last line, in order, each line once and whole, and what is lost is known", async () => {
    const reader = new LogReader(api, id, "migrate");
    let next = 0;
    for (const [round, count] of rounds.entries()) {
      const [begin, end] = [next, next + count];
      // All of a round is there before it is read: more than Nomad keeps of the fourth.
      writeFileSync(join(signals, String(round)), "");
      const last = `migrate: ${String(end - 1).padStart(8, "0")}`;
      await waitUntil("the round's last line", async () =>
        (
          await api.text(`/v1/client/fs/logs/${id}`, {
            ...{ task: "migrate", type: "stdout", plain: "true", origin: "end", offset: 100 },
          })
        ).startsWith(last),
      );
      let wasLost = false;
      while (next < end) {
        const { lines, lost } = await reader.read();
        wasLost ||= lost;
        for (const [index, line] of lines.entries()) {
          expect(line).toMatch(/^migrate: \d{8} 0{81}$/);
          const number = Number(line.slice(9, 17));
          if (lost && index === 0) next = number;
          expect(number).toBe(next);
          next += 1;
        }
      }
      const isLongest = count === Math.max(...rounds);
      expect([round, wasLost]).toEqual([round, isLongest]);
      if (isLongest) expect(next - begin).toBe(count);
      const before = api.characters;
      expect(await reader.read()).toEqual({ lines: [], lost: false, more: false });
      expect(api.characters - before).toBeLessThan(200);
    }
  });
});

function job(script: string): object {
  return {
    ...{ ID: "rotated", Name: "rotated", Type: "service", Datacenters: ["*"] },
    TaskGroups: [
      {
        ...{ Name: "app", Count: 1 },
        Tasks: [
          {
            ...{ Name: "migrate", Driver: "raw_exec" },
            Config: { command: "/bin/sh", args: ["-c", script] },
            LogConfig: kept,
            Resources: { CPU: 20, MemoryMB: 20 },
          },
        ],
      },
    ],
  };
}
