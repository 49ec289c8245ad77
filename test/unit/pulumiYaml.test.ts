import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { defaults } from "../../components";
import type { Problem } from "../../settings/readers";
import { readConfig, secretKeys } from "../../settings/schema";

interface Documented {
  type: "string" | "integer" | "boolean" | "array" | "object";
  description: string;
  /** Pulumi keeps template defaults as texts. */
  default?: string | number;
  secret?: boolean;
}

const project = parse(readFileSync(join(__dirname, "../../Pulumi.yaml"), "utf8")) as {
  config?: unknown;
  options: unknown;
  template: { config: Record<string, Documented> };
};
const documented = project.template.config;

/** The keys that the reader of a value knows, from what it says about an unknown one. */
function knownKeys(path: string[]): string[] {
  const unknown = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), { "?": true });
  const problems: Problem[] = [];
  readConfig(unknown, "", problems);
  const complaint = problems.find(({ key }) => key === [...path, "?"].join("."))?.message ?? "";
  return /Known are (.*)$/.exec(complaint)?.[1].split(", ") ?? [];
}

const keys = knownKeys([]);
const allDefaults: Record<string, unknown> = defaults;

/** The value that a documented default stands for. */
function value({ type, default: given }: Documented): unknown {
  if (given === undefined) return undefined;
  return type === "string" ? String(given) : JSON.parse(String(given));
}

const inWords = (given: unknown): string => (typeof given === "string" ? given : JSON.stringify(given));

describe("Pulumi.yaml", () => {
  it("documents every config key that the program knows, and no other", () => {
    expect(Object.keys(documented).sort()).toEqual([...keys].sort());
  });

  it("gives every key a type and a sentence", () => {
    const incomplete = Object.entries(documented).filter(
      ([, { type, description }]) => !type || !/^[A-Z].*\.$/s.test(description),
    );
    expect(incomplete).toEqual([]);
  });

  it("shows the defaults that the program has", () => {
    const shown = Object.entries(documented).map(([key, entry]) => [key, value(entry)]);
    // Parts of what is unset as a whole: their defaults are in the key's description, checked below.
    const whole = keys.map((key) => [
      key,
      ["httpService", "postgres", "database"].includes(key) ? undefined : allDefaults[key],
    ]);
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(whole));
  });

  it("knows every default of the program under its config key", () => {
    expect(Object.keys(defaults).filter((key) => !keys.includes(key))).toEqual([]);
  });

  for (const key of [
    "httpService",
    "update",
    "postgres",
    "database",
    "serverResources",
    "migrateResources",
  ]) {
    it(`describes every key inside ${key}`, () => {
      const inside = knownKeys([key]);
      expect(inside.length).toBeGreaterThan(1);
      for (const name of inside) expect(documented[key].description).toMatch(new RegExp(`\\b${name} \\(`));
      expect(Object.keys(allDefaults[key] as object).filter((name) => !inside.includes(name))).toEqual([]);
    });
  }

  for (const key of ["httpService", "postgres", "database"] as const) {
    it(`shows the defaults inside ${key}`, () => {
      const shown = [...documented[key].description.matchAll(/\b(\w+) \((?:[^()]*, )?default ([^)]+)\)/g)];
      const expected = Object.entries(defaults[key]).map(([name, given]) => [name, inWords(given)]);
      expect(Object.fromEntries(shown.map(([, name, given]) => [name, given]))).toEqual(
        Object.fromEntries(expected),
      );
    });
  }

  it("marks the keys whose values must be stored encrypted, and no other", () => {
    const marked = Object.entries(documented).filter(([, { secret }]) => secret);
    expect(marked.map(([key]) => key)).toEqual([...secretKeys]);
  });

  it("leaves optional keys optional: a top-level config block would make them required", () => {
    expect(project.config).toBeUndefined();
  });

  it("refreshes before every operation, so that a rollout that Nomad took back is seen", () => {
    expect(project.options).toEqual({ refresh: "always" });
  });
});
