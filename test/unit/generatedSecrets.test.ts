import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, jest } from "@jest/globals";
import { DjangoApp, type DjangoAppArgs, PostgresDatabase } from "../../components";
import { runProgram } from "../support/engine";
import { FakeNomad, noUpdates } from "../support/fakeNomad";

const randomPassword = "random:index/randomPassword:RandomPassword";

async function deploy(args: Partial<DjangoAppArgs>, preview = false, fresh = false) {
  const run = await runProgram(() => new DjangoApp("web", { djangoImage: "shop:1", ...args }), {
    preview,
    fresh,
  });
  return {
    ...run,
    items: run.resource("web-secrets").inputs.items as Record<string, string>,
    jobspec: String(run.resource("web-job").inputs.jobspec),
    generated: run.resources.filter(({ type }) => type === randomPassword).map(({ name }) => name),
  };
}

describe("a SECRET_KEY that the stack makes", () => {
  it("reaches both tasks as a secret and is nowhere else", async () => {
    const { items, resource, jobspec } = await deploy({ secretKeyVersion: 1 });
    expect(items).toEqual({ SECRET_KEY: "value of web-secret-key-1" });
    expect(resource("web-secrets").secrets).toEqual(["items"]);
    expect(resource("web-secret-key-1").inputs).toEqual({ length: 64, special: false });
    expect(jobspec.match(/SECRET_KEY={{ .SECRET_KEY.Value/g)).toHaveLength(2);
    expect(jobspec).not.toContain("value of");
  });

  it("of the next version leaves the one before valid, and forgets the one before that", async () => {
    const { items, generated } = await deploy({ secretKeyVersion: 3 });
    expect(items).toEqual({
      SECRET_KEY: "value of web-secret-key-3",
      SECRET_KEY_FALLBACKS: "value of web-secret-key-2",
    });
    expect(generated).toEqual(["web-secret-key-3", "web-secret-key-2"]);
  });

  it("of the next version is a rollout", async () => {
    const fingerprint = ({ jobspec }: { jobspec: string }): string =>
      /"secrets_fingerprint": *"(\w+)"/.exec(jobspec)?.[1] ?? "none";
    const [first, second] = [await deploy({ secretKeyVersion: 1 }), await deploy({ secretKeyVersion: 2 })];
    expect(fingerprint(first)).toMatch(/^\w{8}$/);
    expect(fingerprint(second)).not.toBe(fingerprint(first));
  });

  it("leaves the user's own key of before valid beside those that it makes", async () => {
    const secretEnvVars = { SECRET_KEY_FALLBACKS: "own,older" };
    const first = await deploy({ secretKeyVersion: 1, secretEnvVars });
    expect(first.items.SECRET_KEY_FALLBACKS).toBe("own,older");
    const second = await deploy({ secretKeyVersion: 2, secretEnvVars });
    expect(second.items.SECRET_KEY_FALLBACKS).toBe("value of web-secret-key-1,own,older");
  });

  it("is made by no stack that does not ask for it", async () => {
    const { items, generated } = await deploy({ secretEnvVars: { SECRET_KEY: "own" } });
    expect(items).toEqual({ SECRET_KEY: "own" });
    expect(generated).toEqual([]);
  });

  it("is not known to a preview before it is made", async () => {
    const { resource } = await deploy({ secretKeyVersion: 1 }, true, true);
    expect(resource("web-job").inputs.jobspec).toBe("(unknown)");
  });

  it("does not keep a preview from saying what Nomad would do with the job", async () => {
    const nomad = await FakeNomad.start();
    const updates = { app: { ...noUpdates, Place: 2 } };
    nomad.answer("/v1/job/shop/plan", {
      JobModifyIndex: 0,
      Diff: { Type: "Added", Name: "shop" },
      Annotations: { DesiredTGUpdates: updates },
      FailedTGAllocs: null,
    });
    const said = jest.spyOn(pulumi.log, "info").mockResolvedValue();
    try {
      await runProgram(
        () => new DjangoApp("shop", { djangoImage: "shop:1", count: 2, secretKeyVersion: 1 }),
        {
          preview: true,
          config: { "nomad:address": nomad.address },
        },
      );
      expect(said.mock.calls.map(([line]) => line)).toEqual(["Nomad plan: app: 2 created"]);
    } finally {
      said.mockRestore();
      await nomad.stop();
    }
  });
});

describe("passwords of a database on an existing server that nobody gives", () => {
  const database = { host: "db.example.com", name: "shop" };

  it("are made, one for each role, and reach the tasks of that role alone", async () => {
    const { items, resource, jobspec } = await deploy({ database });
    expect(items).toEqual({ POSTGRES_PASSWORD: "value of web-database-password-shop" });
    expect(resource("web-migrate-secrets").inputs.items).toEqual({
      POSTGRES_PASSWORD: "value of web-database-password-shop_migrator",
    });
    for (const role of ["shop", "shop_migrator"]) {
      const { inputs, secrets } = resource(`web-database-role-${role}`);
      expect(inputs.password).toBe(`value of web-database-password-${role}`);
      expect(secrets).toEqual(["password"]);
    }
    expect(jobspec).not.toContain("value of");
  });

  it("another user gets another one: that is a rotation", async () => {
    const { items } = await deploy({ database: { ...database, user: "shop_2" } });
    expect(items).toEqual({ POSTGRES_PASSWORD: "value of web-database-password-shop_2" });
  });

  it("are made once for a single role, and not where one is given", async () => {
    const single = await deploy({ database: { ...database, roles: "single" } });
    expect(single.generated).toEqual(["web-database-password-shop"]);
    const given = await deploy({ database: { ...database, password: "a", migratePassword: "b" } });
    expect(given.generated).toEqual([]);
  });

  it("are there for programs that use the component alone", async () => {
    const { resource } = await runProgram(() => new PostgresDatabase("db", database));
    expect(resource("db-role-shop").inputs.password).toBe("value of db-password-shop");
  });
});
