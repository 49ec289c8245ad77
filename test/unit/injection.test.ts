/**
 * No text of a config is ever run by what reads it: every key that takes one is given texts that mean something to
 * Nomad's policies and templates, to shells, to SQL and in headers.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse as parseHcl } from "@cdktn/hcl2json";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { escapeIdentifier } from "pg";
import { expectShowing } from "../support/expectShowing";
import type { KnownArgs } from "../../components/arguments";
import { appAccess } from "../../components/guards/appAccess";
import { aclPolicy } from "../../components/guards/policy";
import { checkArguments } from "../../components/arguments";
import { knownSecrets } from "../../components/application/djangoAppProblems";
import { appSpec } from "../../components/application/djangoAppSpec";
import { unmadeOwner } from "../../components/guards/owner";
import { type AppSpec, buildBackupJob, buildJob, type NomadJob } from "../../components/jobspec";
import { makeCertificates } from "../support/certificates";
import { canary, hostile, random } from "../support/hostileTexts";
import { repetitions } from "../support/soak";
import { type TextKey, textKeys } from "../support/textKeys";

type Task = NomadJob["TaskGroups"][number]["Tasks"][number];
type Config = Record<string, unknown>;

let home: string;
let bases: Config[];
let keys: TextKey[];

/** What a config leads to, once it was taken. */
interface Outcome {
  args: KnownArgs;
  spec: AppSpec;
  tasks: Task[];
  groups: NomadJob["TaskGroups"];
}

function outcome(values: Config): Outcome {
  const args = values as unknown as KnownArgs & { jobName: string };
  const resolved = {
    jobName: args.jobName,
    owner: "shop/dev",
    ...unmadeOwner,
    release: 1,
    meta: undefined,
    description: undefined,
  };
  const spec = appSpec(args, { ...resolved, secrets: knownSecrets(args, args.jobName) });
  const jobs = [buildJob(spec), buildBackupJob(spec)].filter((job) => job !== undefined);
  const groups = jobs.flatMap(({ TaskGroups }) => TaskGroups as NomadJob["TaskGroups"]);
  return { args, spec, groups, tasks: groups.flatMap(({ Tasks }) => Tasks) };
}

const secretLine = /^[A-Za-z_]\w*=\{\{ \.[A-Za-z_]\w*\.Value \| toJSON \}\}$/;

/** Nomad runs what is between the delimiters: there is nothing but what this program writes there. */
function templatesAreOurs({ tasks }: Outcome): void {
  for (const { EmbeddedTmpl, DestPath, LeftDelim, Envvars } of tasks.flatMap(
    ({ Templates = [] }) => Templates,
  )) {
    // The gate's proof, which Nomad reads between delimiters of this stack's own.
    if (EmbeddedTmpl === undefined) {
      expect([DestPath, LeftDelim]).toEqual(["local/migrations-applied", `<<${unmadeOwner.proofDelimiter}`]);
      continue;
    }
    expect(DestPath).toMatch(/^(secrets|local)\/[\w.-]+$/);
    if (!Envvars) {
      expect(EmbeddedTmpl).not.toContain(LeftDelim ?? "{{");
      continue;
    }
    const [first, ...lines] = EmbeddedTmpl.trimEnd().split("\n");
    expect(first).toMatch(/^\{\{ with nomadVar "nomad\/jobs\/[\w-]+(\/app\/(migrate|backup))?" \}\}$/);
    expect(lines.pop()).toBe("{{ end }}");
    for (const line of lines) expect(line).toMatch(secretLine);
  }
}

/** Nomad replaces variables in these, and Docker and the registry would get what they hold. */
function nothingIsReplaced({ tasks, groups }: Outcome): void {
  for (const { Config, VolumeMounts = [] } of tasks) {
    const {
      image,
      network_mode = "",
      auth,
    } = Config as Record<string, string> & { auth?: Record<string, string> };
    const given = [image, network_mode, auth?.username, auth?.server_address];
    for (const text of [...given, ...VolumeMounts.map(({ Destination }) => Destination)]) {
      expect(text ?? "").not.toMatch(/[$%]\{|\p{Cc}/u);
    }
    for (const { Destination } of VolumeMounts) {
      expect(Destination).not.toMatch(/^\/(alloc|local|secrets)(\/|$)|\/\.{1,2}(\/|$)|\/\/|[:,]/);
    }
  }
  for (const { Source } of groups.flatMap(({ Volumes = {} }) => Object.values(Volumes))) {
    expect(Source).toMatch(/^[\w.:/@+=-]+$/);
  }
}

/** What a check sends is one request to the instance itself, with the headers that were given. */
function checksAreOneRequest({ tasks }: Outcome): void {
  for (const check of tasks.flatMap(({ Services = [] }) => Services).flatMap(({ Checks = [] }) => Checks)) {
    for (const [name, values] of Object.entries(check.Header ?? {})) {
      expect(name).toMatch(/^[A-Za-z0-9-]+$/);
      for (const value of values) expect(value).not.toMatch(/\p{Cc}/u);
    }
    if (check.Path === undefined) continue;
    expect(new URL(check.Path, "http://127.0.0.1:8000").host).toBe("127.0.0.1:8000");
    expect(check.Path).not.toMatch(/[\s\p{Cc}]/u);
  }
}

const capabilities =
  /^(read-job|read-logs|plan-job|register-job|fail-deployment|purge-job|deregister-job|csi-mount-volume|submit-job|dispatch-job)$/;

/** HashiCorp's own parser finds the blocks that this program writes, each once, with no pattern for a name. */
async function policiesGrantWhatTheySay({ args }: Outcome): Promise<void> {
  const namespace = args.namespace ?? "default";
  const access = appAccess(args, args.jobName ?? "", namespace);
  for (const kind of ["deploy", "preview"] as const) {
    const text = aclPolicy(kind, access, { policy: "shop-prod", stack: "prod" });
    const parsed = (await parseHcl("policy.hcl", text)) as Record<string, Record<string, unknown[]>>;
    const { namespace: namespaces, host_volume: volumes = {}, plugin: _, ...more } = parsed;
    expect(more).toEqual({});
    expect(Object.keys(namespaces)).toEqual([namespace]);
    const [granted, ...others] = namespaces[namespace] as { capabilities: string[]; variables?: object[] }[];
    expect(others).toEqual([]);
    for (const one of granted.capabilities) expect(one).toMatch(capabilities);
    const paths = (granted.variables ?? []) as { path: Record<string, unknown> }[];
    expect(paths.flatMap(({ path }) => Object.keys(path)).sort()).toEqual(
      [...access.variables, ...(access.copies ?? [])].sort(),
    );
    const sources =
      kind === "deploy" ? (access.volumes ?? []).filter(({ type = "host" }) => type === "host") : [];
    const wanted = [...new Set(sources.map(({ source, name }) => source ?? name))];
    expect(Object.keys(volumes).sort()).toEqual(wanted.sort());
    expect([...Object.keys(volumes), ...access.variables, ...(access.copies ?? [])].join("")).not.toMatch(
      /[*?]/,
    );
  }
}

/** The script of backups, with programs that stand for PostgreSQL's: it writes in its folder and nowhere else. */
function shellRunsNothingElse({ spec, tasks }: Outcome): void {
  const task = tasks.find(({ Name }) => Name === "backup");
  const script = spec.backup?.script;
  if (!task?.Env || script === undefined) return;
  const [volume, work] = [join(home, "volume"), join(home, "work")];
  for (const folder of [volume, work]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
  }
  const file = join(home, "backup.sh");
  writeFileSync(file, script.replaceAll("/tmp/", `${work}/`).replaceAll("/backups", volume));
  const env = {
    ...task.Env,
    BACKUP_KIND: "scheduled",
    POSTGRES_PASSWORD: "x",
    NOMAD_REGION: spec.region ?? "global",
    NOMAD_NAMESPACE: spec.namespace ?? "default",
  };
  if (Object.values(env).some((value) => value.includes("\0")))
    throw new Error("no environment can hold NUL");
  const PATH = `${join(home, "bin")}:${process.env.PATH}`;
  const { status, stderr } = spawnSync("sh", [file], { cwd: work, env: { ...env, PATH }, encoding: "utf8" });
  expectShowing(status, stderr).toBe(0);
  expect(readdirSync(work)).toEqual(["backup-errors"]);
  const [region, ...regions] = readdirSync(volume);
  const [namespace, ...namespaces] = readdirSync(join(volume, region));
  const [job, ...jobs] = readdirSync(join(volume, region, namespace));
  expect([regions, namespaces, jobs]).toEqual([[], [], []]);
  const files = readdirSync(join(volume, region, namespace, job)).filter((name) => name !== ".lock");
  expect(files).toHaveLength(2);
}

/** Names of roles and databases are one quoted word each. */
function namesAreOneWord({ args: { postgres, database } }: Outcome): void {
  const names = [postgres?.database, postgres?.user, database?.name, database?.user, database?.migrateUser];
  for (const name of [...names, database?.adminUser, ...(database?.extensions ?? [])]) {
    if (name === undefined) continue;
    expect(escapeIdentifier(name)).toMatch(/^"[^"\\\p{Cc}]+"$/u);
    expect(name).not.toMatch(/[/'`$;:\s]/);
  }
}

async function isHarmless(values: Config): Promise<void> {
  const found = outcome(values);
  templatesAreOurs(found);
  nothingIsReplaced(found);
  checksAreOneRequest(found);
  namesAreOneWord(found);
  await policiesGrantWhatTheySay(found);
  shellRunsNothingElse(found);
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "django-nomad-injection-"));
  mkdirSync(join(home, "bin"));
  const psql =
    '#!/bin/sh\ncat >/dev/null\n: >"$PARTIAL"\nprintf \'{"stack" : "x", "serverVersion" : "15"}\\n\' >"$MANIFEST"\n';
  writeFileSync(join(home, "bin", "psql"), psql);
  chmodSync(join(home, "bin", "psql"), 0o755);
  const { authority } = makeCertificates(home, ["IP:127.0.0.1"]);
  const common = {
    djangoImage: "registry.example.com/shop:1",
    jobName: "shop",
    httpService: { serviceName: "shop", checkHeaders: { Host: "shop.example.com" } },
    registryAuth: { username: "ci", password: "x" },
    volumes: [{ name: "media", destination: "/srv/media" }],
    constraints: [{ attribute: "${node.class}", value: "web" }],
    affinities: [{ attribute: "${node.class}", value: "web" }],
    spreads: [{ attribute: "${node.class}", targets: [{ value: "a", percent: 50 }] }],
    backupBeforeMigrate: true,
    backups: { volume: "dumps", schedule: "@daily" },
  };
  const backups = { ...common.backups, image: "registry.example.com/postgres:16" };
  const database = { host: "db.example.com", name: "shop", sslRootCert: authority };
  bases = [
    { ...common, backups, database: { ...database, pooler: { host: "pooler.example.com" } } },
    { ...common, postgres: { namePrefix: "shop-dev", password: "x" } },
    {
      djangoImage: "shop:1",
      jobName: "shop",
      httpService: { serviceName: "shop", serviceProvider: "consul", upstreams: [{ name: "a", port: 1 }] },
    },
    { djangoImage: "shop:1", jobName: "shop" },
  ];
  keys = textKeys(bases);
}, 60_000);
afterAll(() => rmSync(home, { recursive: true }));

describe("a text in a config", () => {
  it("is right in every key that this test knows, and none of those configs is refused", async () => {
    for (const base of bases) {
      const { values, problems } = checkArguments(base);
      expect(problems).toEqual([]);
      await isHarmless(values as Config);
    }
  });

  it("is looked for in every key that takes one", () => {
    const names = keys.map(({ name }) => name);
    for (const key of [
      "jobName", "region", "datacenters[]", "constraints.attribute", "spreads.targets.value", "httpService.serviceTags[]",
      "httpService.checkHeaders.NAME", "httpService.checkHeaders (name)", "httpService.upstreams.name", "envVars.NAME",
      "secretEnvVars (name)", "meta.NAME", "dockerNetworkMode", "registryAuth.username", "volumes.source",
      "manageCommand[]", "beforeMigrate[][]", "backups.volume", "backups.schedule", "backups.timeZone", "postgres.user",
      "postgres.dataVolume", "database.host", "database.extensions[]", "database.sslRootCert", "database.pooler.host",
    ]) expect(names).toContain(key); // prettier-ignore
  });

  const inputs = repetitions(10_000, 300);
  it(
    `is refused or harmless, whatever it is: ${inputs} of them`,
    async () => {
      const seed = Number(process.env.SEED ?? Date.now() % 1e9);
      const next = random(seed);
      let taken = 0;
      for (let index = 0; index < inputs; index++) {
        const key = keys[index % keys.length];
        const text = hostile(key.right, next);
        const config = key.config(text);
        const { values, problems } = checkArguments(config);
        if (problems.length > 0) continue;
        taken++;
        try {
          await isHarmless(values as Config);
        } catch (error) {
          throw new Error(`${key.name} takes ${JSON.stringify(text)} (SEED=${seed})`, { cause: error });
        }
      }
      // Some keys take nearly anything, such as envVars: a fuzz of which nothing is taken tries nothing.
      expect(taken).toBeGreaterThan(inputs / 30);
      expect(readdirSync(process.cwd())).not.toContain(canary);
    },
    repetitions(1_800_000, 120_000),
  );
});
