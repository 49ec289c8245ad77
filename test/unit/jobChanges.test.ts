import { describe, expect, it } from "@jest/globals";
import { type AppSpec, renderJobspec } from "../../components/jobspec";
import { jobChanges } from "../../components/rollout/jobChanges";
import { migrationGate } from "../../components/arguments";
import { service, walkthrough } from "../support/appSpecs";

const real: AppSpec = { ...walkthrough, gate: migrationGate({}) };
const change = (changed: Partial<AppSpec>, from: Partial<AppSpec> = {}): string[] =>
  jobChanges(renderJobspec({ ...real, ...from }), renderJobspec({ ...real, ...changed }));

describe("what a preview says of a changed job", () => {
  it("is nothing when nothing changed", () => {
    expect(change({})).toEqual([]);
  });

  it.each<[string, Partial<AppSpec>, string[]]>([
    [
      "a new image",
      { image: "django-testing:v2" },
      [
        'Tasks[migrate].Config.image: "django-testing:v1" -> "django-testing:v2"',
        'Tasks[server].Config.image: "django-testing:v1" -> "django-testing:v2"',
      ],
    ],
    ["another count", { count: 5 }, ["Count: 2 -> 5"]],
    ["a namespace", { namespace: "web" }, ['Namespace: + "web"']],
    [
      "a duration, in words",
      { service: { ...service, checkInterval: "90s", checkTimeout: "2500ms" } },
      [
        "Tasks[server].Services[django].Checks[0].Interval: 10s -> 1m30s",
        "Tasks[server].Services[django].Checks[0].Timeout: 5s -> 2500ms",
      ],
    ],
    [
      "a variable that comes and one that goes",
      { env: { POSTGRES_HOST: "postgres", POSTGRES_PORT: "5432", LOG_LEVEL: "info" } },
      [
        'Tasks[migrate].Env.DEBUG: - "off"',
        'Tasks[migrate].Env.LOG_LEVEL: + "info"',
        'Tasks[server].Env.DEBUG: - "off"',
        'Tasks[server].Env.LOG_LEVEL: + "info"',
      ],
    ],
    [
      "another secret",
      { secrets: real.secrets && { ...real.secrets, fingerprint: "ffffffff" } },
      ["secrets: a value or a name changed"],
    ],
    [
      "one secret more, as a line",
      { secrets: real.secrets && { ...real.secrets, names: [...real.secrets.names, "API"] } },
      [
        "Tasks[migrate].Templates[secrets/env].EmbeddedTmpl:",
        "  + API={{ .API.Value | toJSON }}",
        "Tasks[server].Templates[secrets/env].EmbeddedTmpl:",
        "  + API={{ .API.Value | toJSON }}",
      ],
    ],
  ])("is only what changed: %s", (_what, changed, expected) => {
    expect(change(changed)).toEqual(expected);
  });

  it("is one line for a new gate program, not the program", () => {
    const gate = { ...real.gate, args: [...real.gate.args.slice(0, -1), `${real.gate.args.at(-1)}\n# new`] };
    const lines = change({ gate });
    expect(lines).toEqual(["Tasks[migrate].Config.args: the list changed, item 6 differs"]);
  });

  it("never shows a plain value that looks secret", () => {
    const lines = change(
      { env: { API_TOKEN: "hunter2", DATABASE_URL: "postgres://a:hunter3@db/x" } },
      { env: { API_TOKEN: "hunter1", DATABASE_URL: "postgres://a:hunter2@db/x" } },
    );
    expect(lines).toContain("Tasks[server].Env.API_TOKEN: (hidden) -> (hidden)");
    expect(lines).toContain("Tasks[server].Env.DATABASE_URL: (hidden) -> (hidden)");
    expect(lines.join()).not.toContain("hunter");
  });

  it("nor one that is long or has several lines", () => {
    const pem = (body: string): string => `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----`;
    const lines = change(
      { env: { API_TOKEN: `x\n${"hunter2".repeat(60)}`, SIGNED_BY: pem("hunter3"), PGPASSWORD: "hunter4" } },
      { env: { API_TOKEN: "x\nhunter1", SIGNED_BY: pem("hunter2"), PGPASSWORD: "hunter3" } },
    );
    expect(lines).toContain("Tasks[server].Env.API_TOKEN: (hidden) -> (hidden)");
    expect(lines).toContain("Tasks[server].Env.SIGNED_BY: (hidden) -> (hidden)");
    expect(lines.join()).not.toContain("hunter");
  });

  it("nor the value of a check's Authorization header", () => {
    const checked = (value: string) => ({ service: { ...service, checkHeaders: { Authorization: value } } });
    const lines = change(checked("Bearer hunter2"), checked("Bearer hunter1"));
    expect(lines.join()).toContain("Authorization");
    expect(lines.join()).not.toContain("hunter");
  });

  it("nor one among variables or headers that all are new", () => {
    const headers = { service: { ...service, checkHeaders: { Authorization: "Bearer hunter2" } } };
    const lines = [
      ...change({ env: { API_TOKEN: "hunter2", DEBUG: "0" } }, { env: {} }),
      ...change({ env: {} }, { env: { API_TOKEN: "hunter2" } }),
      ...change(headers, { service: { ...service, checkHeaders: {} } }),
    ];
    expect(lines.join("\n")).toContain("API_TOKEN");
    expect(lines.join("\n")).not.toContain("hunter");
  });

  it("a new number alone is another try; beside other changes it says nothing", () => {
    const numbered = (release: string, image: string): string =>
      renderJobspec({
        ...real,
        image,
        gate: { ...real.gate, env: { ...real.gate.env, DJANGO_NOMAD_GATE_RELEASE: release } },
      });
    expect(jobChanges(numbered("1700", "shop:1"), numbered("1800", "shop:1"))).toEqual([
      "a new release: the last rollout failed, and this one tries again",
    ]);
    const lines = jobChanges(numbered("1700", "shop:1"), numbered("1800", "shop:2"));
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toContain("release");
  });
});
