/** What is written from the table of keys, and what the table says of itself. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { keys } from "../../components/arguments";
import type { Problem } from "../../components/arguments";
import type { Row, Rows } from "../../components/arguments/row";
import { repoRoot as root } from "../../commands/base/paths";
import { node } from "../support/node";

const read = (file: string): string => readFileSync(join(root, file), "utf8");

/** Every row with its path, those inside others, too. */
function allRows(rows: Rows, prefix = ""): [path: string, row: Row][] {
  return Object.entries(rows).flatMap(([key, row]) => [
    [prefix + key, row] as [string, Row],
    ...(row.type.rows ? allRows(row.type.rows, `${prefix}${key}.`) : []),
  ]);
}
const rows = allRows(keys);

/** What the row's own check says of a value. */
function problems({ type }: Row, value: unknown): Problem[] {
  const found: Problem[] = [];
  type(value, "key", found);
  return found;
}

describe("`npm run docs`", () => {
  /** In a process of its own: Prettier loads its parts as ES modules. */
  const rendered = JSON.parse(
    node(`require("./docs/generate/main").render().then((all) => process.stdout.write(JSON.stringify(all)))`),
  ) as Record<string, string>;

  it.each(Object.keys(rendered))("has written %s as the table says", (file) => {
    expect(read(file)).toBe(rendered[file]);
  });

  it("keeps the README's table of keys short, and narrow enough to read in a terminal", () => {
    const rows = rendered["README.md"]
      .split("<!-- config table")[1]
      .split("<!-- end")[0]
      .trim()
      .split("\n")
      .slice(2);
    expect(rows.length).toBeGreaterThanOrEqual(10);
    expect(rows.length).toBeLessThanOrEqual(16);
    for (const row of rows) expect(row.length).toBeLessThanOrEqual(175);
  });
});

describe("a row of the table of keys", () => {
  it.each(rows)("%s has sentences that begin and end as such", (_path, { says }) => {
    expect(says).toMatch(/^[A-Z`P].*\.$/s);
    expect(says).not.toMatch(/Those of|Who runs|is none|as far as|somebody/);
  });

  it.each(rows.filter(([, row]) => row.default !== undefined))(
    "%s has a default that is allowed",
    (_path, row) => {
      expect(problems(row, row.default)).toEqual([]);
    },
  );

  it.each(rows.filter(([, row]) => row.example !== undefined))(
    "%s has an example that is allowed",
    (_path, row) => {
      expect(problems(row, row.example)).toEqual([]);
    },
  );

  it.each(Object.entries<Row>(keys))(
    "%s says what holds when it is unset, and what a change does",
    (key, row) => {
      const said = [row.required, row.default, row.unset].filter((one) => one !== undefined);
      // An object that is always there has the defaults of what is inside.
      expect(said).toHaveLength(row.unset === undefined && row.type.shape.kind === "object" ? 0 : 1);
      if (!["postgres", "redis", "database"].includes(key)) expect(row.change).toBeDefined();
    },
  );
});

describe("Pulumi.yaml", () => {
  const project = parse(read("Pulumi.yaml")) as {
    config?: unknown;
    options: unknown;
    template: { config: Record<string, { secret?: boolean }> };
  };

  it("documents every config key, and no other", () => {
    expect(Object.keys(project.template.config)).toEqual(Object.keys(keys));
  });

  it("leaves optional keys optional: a top-level config block would make them required", () => {
    expect(project.config).toBeUndefined();
  });

  it("refreshes before every operation, so that a rollout that Nomad took back is seen", () => {
    expect(project.options).toEqual({ refresh: "always" });
  });
});

describe("schema.json", () => {
  const schema = JSON.parse(read("schema.json")) as {
    types: Record<string, { properties?: Record<string, Property>; required?: string[]; enum?: EnumValue[] }>;
    resources: Record<string, { inputProperties: Record<string, Property>; requiredInputs: string[] }>;
  };
  interface EnumValue {
    name?: string;
    value: string;
  }
  interface Property {
    $ref?: string;
    secret?: boolean;
    plain?: boolean;
    items?: Property;
  }
  const app = schema.resources["django-nomad:index:DjangoApp"];

  it("has every component, and every argument of each", () => {
    expect(Object.keys(schema.resources)).toEqual(
      ["DjangoApp", "PostgresContainer", "PostgresDatabase"].map((name) => `django-nomad:index:${name}`),
    );
    expect(Object.keys(app.inputProperties)).toEqual([...Object.keys(keys), "nomad"]);
    expect(app.requiredInputs).toEqual(["djangoImage"]);
  });

  it("names no type that it does not have", () => {
    const named = [...read("schema.json").matchAll(/"#\/types\/([^"]+)"/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !(name in schema.types))).toEqual([]);
  });

  it("names every value of an enum, each differently, so that an SDK can be made in every language", () => {
    const enums = Object.values(schema.types).flatMap((type) => (type.enum === undefined ? [] : [type.enum]));
    expect(enums.length).toBeGreaterThan(10);
    for (const values of enums) {
      const names = values.map(({ name = "" }) => name);
      for (const name of names) expect(name).toMatch(/^[A-Z][A-Za-z0-9]*$/);
      expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    }
    const [equal] = schema.types["django-nomad:index:ConstraintOperator"].enum ?? [];
    expect(equal).toEqual({ name: "Equal", value: "=" });
  });

  it("marks what is secret", () => {
    expect(app.inputProperties.secretEnvVars.secret).toBe(true);
    const { password, host } = schema.types["django-nomad:index:PostgresDatabaseArgs"].properties ?? {};
    expect([password.secret, host.secret]).toEqual([true, undefined]);
  });

  it("lets outputs of other resources in where a value need not be known before anything runs", () => {
    const { djangoImage, envVars, secretEnvVars, count } = app.inputProperties;
    expect([djangoImage, envVars, secretEnvVars].map(({ plain }) => plain)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(count.plain).toBe(true);
  });
});
