import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "@jest/globals";
import {
  DjangoApp,
  type DjangoAppArgs,
  djangoAppProblems,
  type PostgresDatabaseArgs,
} from "../../components";
import { appSecrets, namedSecrets } from "../../components/application/djangoAppSecrets";
import type { NomadJob } from "../../components/jobspec";
import { isLoopback } from "../../components/nomad/address";
import { separationFault } from "../../components/database/separation";
import { makeCertificates } from "../support/certificates";
import { runProgram } from "../support/engine";

const database: PostgresDatabaseArgs = {
  host: "db.example.com",
  name: "shop",
  adminPassword: "of the admin",
  password: "of the app",
  migratePassword: "of the migrator",
};

async function deploy(more: Partial<PostgresDatabaseArgs> = {}, args: Partial<DjangoAppArgs> = {}) {
  const run = await runProgram(
    () =>
      new DjangoApp("web", {
        djangoImage: "shop:1",
        jobName: "shop",
        database: { ...database, ...more },
        ...args,
      }),
  );
  const jobspec = String(run.resource("web-job").inputs.jobspec);
  const [migrate, server] = (JSON.parse(jobspec) as { Job: NomadJob }).Job.TaskGroups[0].Tasks;
  return { ...run, jobspec, migrate, server };
}

const problems = (more: Partial<PostgresDatabaseArgs>): string[] =>
  djangoAppProblems({ djangoImage: "shop:1", database: { ...database, ...more } }).map(
    ({ key, message }) => `${key} ${message}`,
  );

describe("a database on an existing server", () => {
  it("is reached over verified TLS, and is not dropped with the stack", async () => {
    const { resource } = await deploy();
    expect(resource("web-database-server").inputs).toMatchObject({
      host: "db.example.com",
      username: "postgres",
      sslmode: "verify-full",
    });
    for (const name of ["web-database-database", "web-database-role-shop_migrator"]) {
      expect(resource(name).options).toEqual({ protect: true, retainOnDelete: true });
    }
    expect(resource("web-job").dependsOn).toContain("web-database-database");
  });

  it("gives the application rows and no tables, and the migrations everything", async () => {
    const { resource, resources } = await deploy();
    expect(resource("web-database-database").inputs).toMatchObject({ name: "shop", owner: "shop_migrator" });
    const ofApp = resources.filter(({ inputs }) => inputs.role === "shop");
    expect(ofApp.map(({ inputs }) => [inputs.objectType, inputs.privileges]).sort()).toEqual([
      ["database", ["CONNECT"]],
      ["schema", ["USAGE"]],
      ["sequence", ["SELECT", "USAGE"]],
      ["sequence", ["SELECT", "USAGE"]],
      ["table", ["SELECT", "INSERT", "UPDATE", "DELETE"]],
      ["table", ["SELECT", "INSERT", "UPDATE", "DELETE"]],
    ]);
  });

  it("another user is another role: the one before is not renamed under running instances", async () => {
    const names = async (user: string): Promise<string[]> =>
      (await deploy({ user })).resources.map(({ name }) => name).filter((name) => name.includes(user));
    expect(await names("first")).toHaveLength(7);
    expect(await names("second")).toHaveLength(7);
  });

  it("tells each task its own role, host and password", async () => {
    const { migrate, server, resource } = await deploy({
      pooler: { host: "pooler.example.com", port: 6432 },
    });
    expect(server.Env).toMatchObject({
      POSTGRES_USER: "shop",
      POSTGRES_HOST: "pooler.example.com",
      POSTGRES_PORT: "6432",
      PGSSLMODE: "verify-full",
    });
    expect(migrate.Env).toMatchObject({
      POSTGRES_USER: "shop_migrator",
      POSTGRES_HOST: "db.example.com",
      POSTGRES_PORT: "5432",
      PGSSLMODE: "verify-full",
    });
    expect(resource("web-secrets").inputs).toEqual({
      path: "nomad/jobs/shop",
      items: { POSTGRES_PASSWORD: "of the app" },
    });
    expect(resource("web-migrate-secrets").inputs).toEqual({
      path: "nomad/jobs/shop/app/migrate",
      items: { POSTGRES_PASSWORD: "of the migrator" },
    });
    const read = (task: typeof server): string[] =>
      (task.Templates ?? []).map(({ EmbeddedTmpl = "" }) => EmbeddedTmpl);
    expect(read(server).join()).toContain('nomadVar "nomad/jobs/shop"');
    expect(read(server).join()).not.toContain("nomad/jobs/shop/app/migrate");
    expect(read(migrate).filter((text) => text.includes("POSTGRES_PASSWORD"))).toEqual([
      expect.stringContaining('nomadVar "nomad/jobs/shop/app/migrate"'),
    ]);
  });

  it("changes the job when the migrator's password changes, and shows no password anywhere", async () => {
    const [first, second] = [await deploy(), await deploy({ migratePassword: "another" })];
    expect(first.jobspec).not.toBe(second.jobspec);
    for (const { inputs, secrets } of first.resources) {
      const text = JSON.stringify(inputs);
      if (/of the (admin|app|migrator)\b/.test(text)) expect(secrets.length).toBeGreaterThan(0);
    }
    expect(first.jobspec).not.toMatch(/of the (admin|app|migrator)\b/);
  });

  it("mixes no once-only template with others in a task: Nomad would start it before all are written", async () => {
    const folder = mkdtempSync(join(tmpdir(), "django-nomad-authority-"));
    const { authority } = makeCertificates(folder, ["IP:127.0.0.1"]);
    const { migrate, server } = await deploy({ sslRootCert: authority });
    rmSync(folder, { recursive: true });
    for (const { Templates = [] } of [migrate, server]) {
      expect(Templates.length).toBeGreaterThan(1);
      expect(new Set(Templates.map(({ Once }) => Once)).size).toBe(1);
    }
  });

  it("keeps both passwords in the job's namespace, and out of every line that a rollout prints", async () => {
    const { resource } = await deploy({}, { namespace: "web" });
    for (const name of ["web-secrets", "web-migrate-secrets"]) {
      expect(resource(name).inputs.namespace).toBe("web");
      expect(resource(name).secrets).toEqual(["items"]);
    }
    const passwords = {
      password: pulumi.secret("of the app"),
      migratePassword: pulumi.secret("of the migrator"),
    };
    const args = { djangoImage: "shop:1", database };
    const masked = namedSecrets(args, appSecrets(args, { database: passwords }));
    expect(await new Promise((resolve) => void masked.apply(resolve))).toEqual([
      { key: "database.password", value: "of the app" },
      { key: "database.migratePassword", value: "of the migrator" },
    ]);
  });

  it("leaves the registry's password to both tasks", async () => {
    const registryAuth = { username: "ci", password: "of the registry" };
    const { migrate, server } = await deploy({}, { registryAuth });
    for (const { Templates = [] } of [migrate, server]) {
      const readers = Templates.filter((one) =>
        one.EmbeddedTmpl?.includes("DJANGO_NOMAD_REGISTRY_PASSWORD="),
      );
      expect(readers.map(({ EmbeddedTmpl }) => EmbeddedTmpl)).toEqual([
        expect.stringContaining('nomadVar "nomad/jobs/shop" '),
      ]);
    }
  });

  it("lets a transform see the job that will be registered", async () => {
    const seen: NomadJob[] = [];
    djangoAppProblems({
      djangoImage: "shop:1",
      database,
      transform: (job) => {
        seen.push(job);
        return job;
      },
    });
    const { migrate } = await deploy();
    expect(seen).toHaveLength(1);
    const { DJANGO_NOMAD_GATE_RELEASE: _number, ...Env } = migrate.Env ?? {};
    expect(seen[0].TaskGroups[0].Tasks[0]).toEqual({ ...migrate, Env });
  });

  it("with a single role has one password, and no second variable", async () => {
    const { resources, migrate } = await deploy({ roles: "single", migratePassword: undefined });
    expect(resources.filter(({ type }) => type === "postgresql:index/role:Role")).toHaveLength(1);
    const variables = resources.filter(({ type }) => type === "nomad:index/variable:Variable");
    expect(variables.map(({ inputs }) => inputs.path)).toEqual(["nomad/jobs/shop", "nomad/jobs/shop-manage"]);
    expect(migrate.Env?.POSTGRES_USER).toBe("shop");
  });

  it("may be dropped with the stack only when the stack says so", async () => {
    const { resource } = await deploy({ keepData: false });
    expect(resource("web-database-database").options).toEqual({});
  });
});

describe("roles that are not separate", () => {
  const asked = {
    ...{ appUser: "shop", migrateUser: 'the "migrator"', adminUser: "admin", database: "shop", port: 5432 },
    sslmode: "verify-full" as const,
  };
  const none = { schemas: [], makesSchemas: false, isMigrator: false };
  const open = { schema: "public", owner: "postgres", everybody: true };

  it("are told with what they may, and the statements that end it", () => {
    const found = separationFault(asked, { schemas: [open], makesSchemas: true, isMigrator: true });
    for (const line of [
      "the schema public, as everybody may; the schema belongs to postgres",
      'ALTER SCHEMA "public" OWNER TO "the ""migrator"""; REVOKE CREATE ON SCHEMA "public" FROM PUBLIC;',
      'REVOKE CREATE ON DATABASE "shop" FROM "shop", PUBLIC;',
      'REVOKE "the ""migrator""" FROM "shop";',
      "Nothing was deployed",
    ]) {
      expect(found).toContain(line);
    }
  });

  it("by a grant to the application alone are told as that", () => {
    const schemas = [{ ...open, owner: 'the "migrator"', everybody: false }];
    expect(separationFault(asked, { ...none, schemas })).toContain(
      '\n  REVOKE CREATE ON SCHEMA "public" FROM "shop";\n',
    );
  });

  it("are the only ones that are told", () => {
    expect(separationFault(asked, none)).toBeUndefined();
  });

  it("are asked for before the application may connect, and before each registration of the job", async () => {
    const { resource } = await deploy();
    const hook = expect.arrayContaining(["separation-web-database"]) as unknown;
    for (const name of ["web-database-shop-connect", "web-job"]) {
      expect(resource(name).options.hooks).toMatchObject({ beforeCreate: hook, beforeUpdate: hook });
    }
    const single = await deploy({ roles: "single", migratePassword: undefined });
    expect(JSON.stringify(single.resource("web-job").options.hooks)).not.toContain("separation");
  });
});

describe("arguments of a database that are refused", () => {
  it.each<[string, Partial<PostgresDatabaseArgs>, RegExp]>([
    [
      "a connection that is not verified",
      { sslmode: "require" },
      /^database.sslmode is "require", but db.example.com is not this machine/,
    ],
    [
      "a certificate that is not there",
      { sslRootCert: "/nowhere.pem" },
      /^database.sslRootCert is "\/nowhere.pem", which can't be read/,
    ],
    [
      "one role with two passwords",
      { roles: "single" },
      /^database.migratePassword is set, but database.roles is "single"/,
    ],
    [
      "two roles of one name",
      { migrateUser: "shop" },
      /^database.migrateUser is "shop", which is the application's role too/,
    ],
    [
      "the administrator as the application",
      { user: "postgres" },
      /^database.user is "postgres", which is database.adminUser/,
    ],
  ])("%s", (_what, more, message) => {
    expect(problems(more)).toEqual([expect.stringMatching(message)]);
  });

  it("a container and a server at once", () => {
    const postgres = { namePrefix: "shop", password: "x" };
    expect(djangoAppProblems({ djangoImage: "shop:1", database, postgres })).toEqual([
      expect.objectContaining({ key: "database" }),
    ]);
  });

  it("take a plain connection to this machine alone", () => {
    expect(problems({ host: "127.0.0.1", sslmode: "disable" })).toEqual([]);
    expect(["localhost", "::1", "127.0.0.53"].every(isLoopback)).toBe(true);
    expect(["127.example.com", "10.0.0.1", "localhost.example.com"].some(isLoopback)).toBe(false);
  });
});
