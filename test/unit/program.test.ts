import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { StackOutputs } from "../../components";
import { type Run, runProgram } from "../support/engine";
import { stubEnv } from "../support/stubEnv";

/** The dev stack's config, as the pack's example has it. */
const config = {
  "django-nomad:djangoImage": "django-testing:v1",
  "django-nomad:jobName": "django",
  "django-nomad:count": "2",
  "django-nomad:httpService": JSON.stringify({
    serviceName: "django",
    serviceProvider: "nomad",
    checkInterval: "10s",
  }),
  "django-nomad:envVars": JSON.stringify({ DEBUG: "off", POSTGRES_PORT: 5432 }),
  "django-nomad:secretEnvVars": JSON.stringify({ POSTGRES_PASSWORD: "correct horse" }),
  "django-nomad:postgres": JSON.stringify({ image: "postgres:15" }),
};

/** The module's one export, which Pulumi calls. */
type Program = () => Promise<Partial<StackOutputs>>;

/** @param changed values instead of the dev stack's; undefined takes a key away. */
function run(
  changed: Record<string, string | undefined> = {},
  preview = false,
): Promise<Run<Partial<StackOutputs>>> {
  const all = Object.entries({ ...config, ...changed });
  return runProgram(() => jest.requireActual<Program>("../../index")(), {
    project: "django-nomad",
    stack: "dev",
    config: Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined)),
    secretKeys: ["django-nomad:secretEnvVars"],
    preview,
  });
}

const known = (value: unknown): Promise<unknown> =>
  pulumi.Output.isInstance<unknown>(value)
    ? new Promise((resolve) => void value.apply(resolve))
    : Promise.resolve(value);

describe("the program", () => {
  beforeEach(() => {
    jest.resetModules();
    stubEnv("DJANGO_NOMAD_INSTANCE", undefined);
  });

  it.each([
    ["preview", true],
    ["up", false],
  ])("declares what the stack's config asks for (%s)", async (_verb, preview) => {
    const { resources, resource } = await run({}, preview);
    expect(resources.map(({ name }) => name).sort()).toEqual([
      "django",
      "django-job",
      "django-manage",
      "django-manage-secrets",
      "django-owner",
      "django-postgres",
      "django-postgres-data",
      "django-postgres-network",
      "django-postgres-server",
      "django-protection",
      "django-secrets",
      "django-secrets-fingerprint",
    ]);
    expect(resource("django-postgres-network").inputs.name).toBe("django-nomad-dev");
    const jobspec = String(resource("django-job").inputs.jobspec);
    expect(JSON.parse(jobspec)).toMatchObject({ Job: { ID: "django", TaskGroups: [{ Count: 2 }] } });
    expect(jobspec).not.toContain("correct horse");
  });

  it("exports what `npm start` and an operator read", async () => {
    const { result } = await run();
    const exported = Object.entries({ ...result }).filter(([name]) => name !== "default");
    const outputs = await Promise.all(exported.map(async ([name, value]) => [name, await known(value)]));
    expect(Object.fromEntries(outputs)).toEqual({
      job: "django",
      namespace: "default",
      image: "django-testing:v1",
      count: 2,
      service: "django",
      migration: "allocation 0 migrates, the others wait for it",
      next: {
        status: "nomad job status django",
        addresses: "nomad service info django",
        logs: "nomad alloc logs -task server -job django",
        migrations: "nomad alloc logs -task migrate -job django",
      },
    });
  });

  it("exports nothing that is undefined: Pulumi would warn of it on each run", async () => {
    const { result } = await run({ "django-nomad:httpService": undefined });
    expect(Object.keys(result)).not.toContain("service");
    expect(Object.values({ ...result })).not.toContain(undefined);
  });

  it("has all of its outputs in a preview, also those of a job that is not there yet", async () => {
    const { result } = await run({}, true);
    expect(Object.keys(result)).toContain("image");
    expect(result).toMatchObject({ job: "django", namespace: "default", count: 2 });
  });

  it("declares nothing when the config is wrong", async () => {
    await expect(run({ "django-nomad:count": "-1", "django-nomad:colour": "red" })).rejects.toThrow(
      "The config of stack dev has 2 problems; nothing was changed.",
    );
  });
});
