import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { defaults } from "../../components";
import { readConfig, secretKeys, secretPaths } from "../../components/arguments";

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

type Fields = Readonly<Record<string, { fields?: Fields }>>;

/** The keys that can be inside a key, or inside each item of its list; of the whole config without one. */
function knownKeys(key?: string): string[] {
  const top = readConfig.fields as Fields;
  return Object.keys((key === undefined ? top : top[key].fields) ?? {});
}

const keys = knownKeys();
const allDefaults: Record<string, unknown> = defaults;

/** The value that a documented default stands for. */
function value({ type, default: given }: Documented): unknown {
  if (given === undefined) return undefined;
  return type === "string" ? String(given) : JSON.parse(String(given));
}

/** Unset as a whole, with defaults inside. */
const partly = [
  "httpService",
  "postgres",
  "database",
  "backups",
  "constraints",
  "affinities",
  "spreads",
  "volumes",
  "reschedule",
];

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
    const whole = keys.map((key) => [key, partly.includes(key) ? undefined : allDefaults[key]]);
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(whole));
  });

  it("knows every default of the program under its config key", () => {
    expect(Object.keys(defaults).filter((key) => !keys.includes(key))).toEqual([]);
  });

  for (const key of [
    ...partly,
    "update",
    "serverResources",
    "migrateResources",
    "registryAuth",
    "logs",
    "restart",
  ]) {
    it(`describes every key inside ${key}`, () => {
      const inside = knownKeys(key);
      expect(inside.length).toBeGreaterThan(1);
      for (const name of inside) expect(documented[key].description).toMatch(new RegExp(`\\b${name} \\(`));
      expect(Object.keys(allDefaults[key] ?? {}).filter((name) => !inside.includes(name))).toEqual([]);
    });
  }

  for (const key of partly) {
    it(`shows the defaults inside ${key}`, () => {
      const shown = [...documented[key].description.matchAll(/\b(\w+) \((?:[^()]*, )?default ([^)]+)\)/g)];
      const expected = Object.entries(allDefaults[key] as object).map(([name, given]) => [
        name,
        inWords(given),
      ]);
      expect(Object.fromEntries(shown.map(([, name, given]) => [name, given]))).toEqual(
        Object.fromEntries(expected),
      );
    });
  }

  it("marks the keys whose values must be stored encrypted, and no other", () => {
    const marked = Object.entries(documented).filter(([, { secret }]) => secret);
    expect(marked.map(([key]) => key)).toEqual([...secretKeys]);
    for (const path of secretPaths) {
      const [key, inside] = path.split(".");
      expect(documented[key].description).toMatch(new RegExp(`\\b${inside} \\([^()]*secret`));
    }
  });

  it("leaves optional keys optional: a top-level config block would make them required", () => {
    expect(project.config).toBeUndefined();
  });

  it("refreshes before every operation, so that a rollout that Nomad took back is seen", () => {
    expect(project.options).toEqual({ refresh: "always" });
  });
});
