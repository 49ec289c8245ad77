/** Policies as this program prints them, read by Nomad itself. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { expectShowing } from "../support/expectShowing";
import { aclPolicy } from "../../components/guards/policy";
import { appAccess } from "../../components/guards/appAccess";
import { checkArguments } from "../../components/arguments";
import type { KnownArgs } from "../../components/arguments";
import { hostile, random } from "../support/hostileTexts";
import { repetitions } from "../support/soak";
import { type NomadAgent, startNomadAgent } from "./support/nomadAgent";

interface ReadPolicy {
  Namespaces: {
    Name: string;
    Policy: string;
    Capabilities: string[];
    Variables: { Paths: { PathSpec: string }[] } | null;
  }[];
  HostVolumes: { Name: string; Policy: string; Capabilities: string[] }[] | null;
  [other: string]: unknown;
}

let agent: NomadAgent;

beforeAll(async () => {
  agent = await startNomadAgent({ acl: true });
});
afterAll(() => agent?.stop());

async function ask(method: string, path: string, body?: object): Promise<{ status: number; text: string }> {
  const headers = { "X-Nomad-Token": agent.token ?? "" };
  const response = await fetch(`${agent.address}${path}`, {
    method,
    headers,
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

/** What Nomad makes of a policy; undefined when it takes none with such a volume. */
async function readByNomad(rules: string, volume: string): Promise<ReadPolicy | undefined> {
  const { status, text } = await ask("PUT", "/v1/acl/policy/printed", { Name: "printed", Rules: rules });
  // Stricter in policies than where volumes are made.
  const isNameable = /^[a-zA-Z0-9-]{1,128}$/.test(volume);
  expectShowing(status, `${text}\n${rules}`).toBe(isNameable ? 200 : 400);
  if (!isNameable) {
    expect(text).toContain("Invalid host volume name");
    return undefined;
  }
  const { RulesJSON } = JSON.parse((await ask("GET", "/v1/acl/policy/printed")).text) as {
    RulesJSON: ReadPolicy;
  };
  return RulesJSON;
}

describe("a policy", () => {
  const inputs = repetitions(10_000, 300);
  it(
    `grants what it says and nothing more, whatever volume is asked for: ${inputs} times`,
    async () => {
      const seed = Number(process.env.SEED ?? Date.now() % 1e9);
      const next = random(seed);
      let taken = 0;
      for (let index = 0; index < inputs; index++) {
        // Some that are right, so that Nomad always has something to read.
        const volume = index % 10 === 0 ? `media-${index}` : hostile("media", next);
        const raw = {
          djangoImage: "shop:1",
          jobName: "shop",
          postgres: { namePrefix: "shop", password: "x" },
          ...(index % 2 === 0
            ? { volumes: [{ name: "media", source: volume, destination: "/media" }] }
            : { backups: { volume, schedule: "@daily" } }),
        };
        const { values, problems } = checkArguments(raw);
        if (problems.length > 0) continue;
        const access = appAccess(values as Partial<KnownArgs>, "shop", "web");
        const rules = aclPolicy("deploy", access, { policy: "shop-deploy", stack: "prod" });
        const read = await readByNomad(rules, volume);
        if (!read) continue;
        taken++;
        const names = read.Namespaces.map(({ Name, Policy }) => [Name, Policy]);
        expectShowing(names, `SEED=${seed}`).toEqual([["web", ""]]);
        expect(read.Namespaces[0].Variables?.Paths.map(({ PathSpec }) => PathSpec)).toEqual(access.variables);
        expect((read.HostVolumes ?? []).map(({ Name }) => Name)).toEqual([volume]);
        const others = [read.Agent, read.Node, read.Operator, read.Quota, read.Plugin];
        expect(others.filter(Boolean)).toEqual([]);
      }
      expect(taken).toBeGreaterThanOrEqual(inputs / 10);
    },
    repetitions(1_800_000, 120_000),
  );
});
