import { describe, expect, it } from "@jest/globals";
import { importVariables } from "../../../commands/pack/map";
import { describe as lineOf, type ExistingConfig, plan } from "../../../commands/pack/plan";

const empty: ExistingConfig = { plain: {}, secrets: {}, encrypted: new Set() };
const lines = (variables: Record<string, unknown>, existing: Partial<ExistingConfig> = {}): string[] =>
  plan(importVariables({ django_image: "shop:1", job_name: "shop", ...variables }), {
    ...empty,
    ...existing,
  }).map(lineOf);
const rest = (all: string[]): string[] => all.filter((line) => !/djangoImage|jobName/.test(line));

describe("what an import would change", () => {
  it("shows every new value, and of a secret why it is one", () => {
    expect(lines({ count: 2, env_vars: { A: "x", API_KEY: "hunter2" } })).toEqual([
      "+ count: 2",
      '+ djangoImage: "shop:1"',
      '+ envVars.A: "x"',
      '+ jobName: "shop"',
      "+ secretEnvVars.API_KEY: [secret] (encrypted: its name says KEY)",
    ]);
  });

  it.each<
    [what: string, variables: Record<string, unknown>, existing: Partial<ExistingConfig>, expected: string]
  >([
    ["the same number, stored as text", { count: 2 }, { plain: { count: "2" } }, "= count: 2"],
    [
      "the same text, stored as a number",
      { env_vars: { P: "5432" } },
      { plain: { envVars: { P: 5432 } } },
      '= envVars.P: "5432"',
    ],
    ["the same list", { datacenters: ["a"] }, { plain: { datacenters: ["a"] } }, '= datacenters: ["a"]'],
    ["another number", { count: 2 }, { plain: { count: "3" } }, '~ count: "3" -> 2'],
    [
      "another list",
      { datacenters: ["a"] },
      { plain: { datacenters: ["b", "a"] } },
      '~ datacenters: ["b","a"] -> ["a"]',
    ],
    [
      "the same secret",
      { env_vars: { KEY: "x" } },
      { secrets: { KEY: "x" } },
      "= secretEnvVars.KEY: [secret] (encrypted: its name says KEY)",
    ],
    [
      "another secret",
      { env_vars: { KEY: "x" } },
      { secrets: { KEY: "y" } },
      "~ secretEnvVars.KEY: [secret] -> [secret] (encrypted: its name says KEY)",
    ],
    [
      "a secret that can't be decrypted",
      { env_vars: { KEY: "x" } },
      { secrets: { KEY: undefined } },
      "~ secretEnvVars.KEY: [secret] -> [secret] (encrypted: its name says KEY)",
    ],
    [
      "a secret that the stack has in plain",
      { env_vars: { KEY: "x" } },
      { plain: { envVars: { KEY: "x" } } },
      "~ secretEnvVars.KEY: (in plain) -> [secret] (encrypted: its name says KEY)",
    ],
    [
      "a plain value that the stack has encrypted",
      { env_vars: { A: "x" } },
      { secrets: { A: "x" } },
      "= secretEnvVars.A: [secret] (encrypted: the stack has it encrypted already)",
    ],
    [
      "a map that the stack has encrypted",
      { env_vars: { A: "x" } },
      { plain: { envVars: { A: "y" } }, encrypted: new Set(["envVars"]) },
      '~ envVars.A: [secret] -> "x"',
    ],
  ])("%s", (_what, variables, existing, expected) => {
    expect(rest(lines(variables, existing))).toEqual([expected]);
  });

  it("the pack's own job name is written only where the stack has none", () => {
    expect(lines({ job_name: null })).toContain('+ jobName: "django"');
    expect(lines({ job_name: null }, { plain: { jobName: "shop" } }).join()).not.toContain("jobName");
  });
});
