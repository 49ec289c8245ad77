import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "@jest/globals";
import { DjangoApp, type DjangoAppArgs, djangoAppProblems, type NomadJob } from "../../components";
import { resolvedArgs } from "../../components/application/djangoAppProblems";
import { misplacedSecrets } from "../../components/secrets/secretInputs";
import { runProgram, unknown, unreleased } from "../support/engine";

const plain = { A: "1", B: "two" };
const keys = ["envVars", "migrateEnvVars", "meta", "secretEnvVars"] as const;

const deploy = (args: Partial<DjangoAppArgs>, preview = false) =>
  runProgram(() => new DjangoApp("shop", { djangoImage: "shop:1", ...args }), { preview });

describe.each(keys)("%s", (key) => {
  it.each<[shape: string, given: () => pulumi.Input<Record<string, pulumi.Input<string>>>]>([
    ["a map of outputs", () => ({ A: pulumi.output("1"), B: "two" })],
    ["an output of a map", () => pulumi.output(plain)],
    ["a promise of a map", () => Promise.resolve(plain)],
  ])("takes %s, and makes the same of it as of a map", async (_shape, given) => {
    const expected = await deploy({ [key]: plain });
    const found = await deploy({ [key]: given() });
    const jobspec = ({ resource }: typeof found): string => unreleased(resource("shop-job").inputs.jobspec);
    expect(jobspec(found)).toBe(jobspec(expected));
    const items = ({ resources }: typeof found): unknown =>
      resources.find(({ name }) => name === "shop-secrets")?.inputs.items;
    expect(items(found)).toEqual(items(expected));
  });
});

describe("a map that only up makes", () => {
  class Registry extends pulumi.CustomResource {
    declare readonly texts: pulumi.Output<Record<string, string>>;
    constructor() {
      super("test:index:Registry", "registry", { texts: undefined });
    }
  }

  it.each(keys)("in %s leaves a preview with an unknown job", async (key) => {
    const { resource } = await runProgram(
      () => new DjangoApp("shop", { djangoImage: "shop:1", [key]: new Registry().texts }),
      { preview: true },
    );
    expect(resource("shop-job").inputs.jobspec).toBe(unknown);
  });

  it("is checked once it is known, with the words for a plain one", () => {
    const wrong = { envVars: { NOMAD_ALLOC_ID: "x" }, meta: { pulumi_stack: "x" } };
    const before = djangoAppProblems({
      djangoImage: "shop:1",
      envVars: pulumi.output(wrong.envVars),
      meta: pulumi.output(wrong.meta),
    });
    expect(before).toEqual([]);
    const known = { djangoImage: "shop:1", ...wrong };
    const after = djangoAppProblems(resolvedArgs(known, known, undefined));
    expect(after).toEqual(djangoAppProblems({ djangoImage: "shop:1", ...wrong }));
    expect(after.map(({ key }) => key)).toEqual(["envVars.NOMAD_ALLOC_ID", "meta.pulumi_stack"]);
  });

  it.each(["envVars", "migrateEnvVars", "meta"] as const)(
    "in %s is refused when it is a secret",
    async (key) => {
      const { result } = await runProgram(() =>
        misplacedSecrets({ djangoImage: "shop:1", [key]: pulumi.secret(plain) }),
      );
      expect(result).toHaveLength(1);
      expect(result[0].key).toBe(key);
      expect(result[0].message).toContain("Give it in secretEnvVars");
    },
  );
});

it("meta is the job's metadata, given as an output too", async () => {
  const { resource } = await deploy({ meta: pulumi.output({ team: "web" }) });
  const { Job } = JSON.parse(String(resource("shop-job").inputs.jobspec)) as { Job: NomadJob };
  expect(Job.Meta).toMatchObject({ team: "web" });
});
