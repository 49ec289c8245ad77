import { describe, expect, it } from "@jest/globals";
import {
  type AppSpec,
  buildBackupJob,
  buildJob,
  registryPasswordName,
  renderJobspec,
  type ServiceSpec,
  unknownFields,
} from "../../components/jobspec";
import type { Task } from "../../components/jobspec/nomadTypes";
import { service, walkthrough } from "../support/appSpecs";
import { backup, shapes } from "../support/jobShapes";

const second = 1e9;

function group(changed: Partial<AppSpec> = {}) {
  return buildJob({ ...walkthrough, ...changed }).TaskGroups[0];
}

function tasks(changed: Partial<AppSpec> = {}) {
  const [migrate, server] = group(changed).Tasks;
  return { migrate, server };
}

const withService = (changed: Partial<ServiceSpec>): Partial<AppSpec> => ({
  service: { ...service, ...changed },
});

const mesh = withService({ serviceProvider: "consul", upstreams: [{ name: "cache", port: 6379 }] });

describe("the job of the pack's walkthrough", () => {
  it("is exactly this", () => {
    const template = {
      EmbeddedTmpl:
        '{{ with nomadVar "nomad/jobs/django" }}\n' +
        "POSTGRES_PASSWORD={{ .POSTGRES_PASSWORD.Value | toJSON }}\n" +
        "SECRET_KEY={{ .SECRET_KEY.Value | toJSON }}\n" +
        "{{ end }}\n",
      DestPath: "secrets/env",
      Envvars: true,
      ChangeMode: "noop",
    };
    expect(buildJob(walkthrough)).toEqual({
      ID: "django",
      Name: "django",
      Type: "service",
      Datacenters: ["*"],
      TaskGroups: [
        {
          Name: "app",
          Count: 2,
          Meta: { secrets_fingerprint: "0a1b2c3d" },
          Networks: [{ Mode: "host", DynamicPorts: [{ Label: "http", To: 8000 }] }],
          RestartPolicy: { Attempts: 2, Delay: 15 * second, Interval: 1800 * second, Mode: "fail" },
          Update: {
            MaxParallel: 1,
            Canary: 1,
            AutoPromote: true,
            AutoRevert: true,
            HealthCheck: "checks",
            MinHealthyTime: 10 * second,
            HealthyDeadline: 900 * second,
            ProgressDeadline: 960 * second,
          },
          Tasks: [
            {
              Name: "migrate",
              Driver: "docker",
              Lifecycle: { Hook: "prestart", Sidecar: false },
              Config: {
                image: "django-testing:v1",
                command: "./manage.py",
                args: ["shell", "-c", "gate"],
                network_mode: "shop-dev",
              },
              Env: {
                DEBUG: "off",
                POSTGRES_HOST: "postgres",
                POSTGRES_PORT: "5432",
                GATE_LEADER: "index-zero",
              },
              Templates: [{ ...template, Once: true }],
              Resources: { CPU: 150, MemoryMB: 400 },
              RestartPolicy: { Attempts: 0, Delay: 15 * second, Interval: 1800 * second, Mode: "fail" },
              KillTimeout: 20 * second,
            },
            {
              Name: "server",
              Driver: "docker",
              Config: { image: "django-testing:v1", network_mode: "shop-dev", ports: ["http"] },
              Env: { DEBUG: "off", POSTGRES_HOST: "postgres", POSTGRES_PORT: "5432" },
              Templates: [
                template,
                {
                  SourcePath: "${NOMAD_ALLOC_DIR}/migrations-applied",
                  DestPath: "local/migrations-applied",
                  LeftDelim: "<<fedcba9876543210",
                  RightDelim: "fedcba9876543210>>",
                  ChangeMode: "noop",
                },
              ],
              Services: [
                {
                  Name: "django",
                  Provider: "nomad",
                  PortLabel: "http",
                  AddressMode: "host",
                  Checks: [{ Type: "http", Path: "/", Interval: 10 * second, Timeout: 5 * second }],
                },
              ],
              ShutdownDelay: 5 * second,
              Resources: { CPU: 100, MemoryMB: 300 },
            },
          ],
        },
      ],
    });
  });

  it("is rendered as the JSON that Nomad's API takes", () => {
    expect(JSON.parse(renderJobspec(walkthrough))).toEqual({ Job: buildJob(walkthrough) });
  });

  it("is the same bytes whatever the order of keys, so that an unchanged program shows no change", () => {
    const reversed = (value: unknown): unknown =>
      value !== null && typeof value === "object" && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, item]) => [key, reversed(item)]),
          )
        : value;
    const shuffled = reversed(walkthrough) as AppSpec;
    expect(Object.keys(shuffled)).not.toEqual(Object.keys(walkthrough));
    expect(renderJobspec(shuffled)).toBe(renderJobspec(walkthrough));
    const secrets = walkthrough.secrets && {
      ...walkthrough.secrets,
      names: [...walkthrough.secrets.names].reverse(),
    };
    expect(renderJobspec({ ...walkthrough, secrets })).toBe(renderJobspec(walkthrough));
  });

  it("is not changed by what is set to undefined", () => {
    expect(renderJobspec({ ...walkthrough, region: undefined, namespace: undefined })).toBe(
      renderJobspec(walkthrough),
    );
  });
});

describe("rendering", () => {
  it.each(Object.entries(shapes))("is the same bytes whatever the order of keys: %s", (_what, spec) => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (value === null || typeof value !== "object") return value;
      const entries = Object.entries(value).reverse();
      return Object.fromEntries(entries.map(([key, item]) => [key, reversed(item)]));
    };
    const before = structuredClone(spec);
    expect(renderJobspec(reversed(spec) as AppSpec)).toBe(renderJobspec(spec));
    expect(spec).toEqual(before);
  });

  it.each(Object.entries(shapes))("writes only fields that Nomad knows: %s", (_what, spec) => {
    expect(unknownFields(buildJob(spec))).toEqual([]);
  });
});

describe("placement, volumes and policies", () => {
  it("are Nomad's own fields, with nothing set that was not asked for", () => {
    const job = buildJob(shapes["every placement"]);
    expect(job).toMatchObject({
      Namespace: "web",
      Region: "global",
      Datacenters: ["dc1", "dc2"],
      NodePool: "web",
      Priority: 70,
      Affinities: [{ LTarget: "${node.class}", Operand: "set_contains_any", RTarget: "a,b", Weight: -30 }],
      Spreads: [
        { Attribute: "${node.datacenter}", Weight: 80, SpreadTarget: [{ Value: "dc1", Percent: 60 }] },
        { Attribute: "${meta.rack}", Weight: 20 },
      ],
      Meta: { team: "web", "on.call": "yes" },
    });
    expect(job.Constraints).toEqual([
      { LTarget: "${attr.kernel.name}", Operand: "=", RTarget: "linux" },
      { LTarget: "${node.class}", Operand: "regexp", RTarget: "^web" },
      { LTarget: "${meta.rack}", Operand: "distinct_property", RTarget: "2" },
      { LTarget: "${meta.ssd}", Operand: "is_set" },
      { Operand: "distinct_hosts" },
    ]);
  });

  it("ask the server alone to stop at the signal that it knows", () => {
    const { migrate, server } = tasks({ killSignal: "SIGINT" });
    expect([migrate.KillSignal, server.KillSignal]).toEqual([undefined, "SIGINT"]);
  });

  it("mount each volume in the tasks that it is for", () => {
    const [{ Volumes, Tasks, ReschedulePolicy, RestartPolicy }] = buildJob(
      shapes["volumes, logs, policies and a private registry"],
    ).TaskGroups;
    expect(Object.keys(Volumes ?? {})).toEqual(["media", "shared"]);
    expect(Tasks.map(({ VolumeMounts }) => VolumeMounts?.map(({ Volume }) => Volume))).toEqual([
      ["media"],
      ["media", "shared"],
    ]);
    expect(RestartPolicy).toEqual({ Attempts: 3, Delay: 5 * second, Interval: 600 * second, Mode: "delay" });
    expect(ReschedulePolicy).toMatchObject({ Attempts: 4, Interval: 7200 * second, Unlimited: false });
    // The gate has its own: a migration that failed must be seen at once.
    expect(Tasks[0].RestartPolicy?.Attempts).toBe(0);
    expect(Tasks[0].KillTimeout).toBe(20 * second);
    expect([Tasks[1].KillTimeout, Tasks[1].ShutdownDelay]).toEqual([25 * second, 7 * second]);
    expect(Tasks.map(({ LogConfig }) => LogConfig)).toEqual(
      [0, 1].map(() => ({ MaxFiles: 4, MaxFileSizeMB: 25 })),
    );
  });

  it("log both tasks in to the registry with a password that the job does not hold", () => {
    for (const { Config } of buildJob(shapes["volumes, logs, policies and a private registry"]).TaskGroups[0]
      .Tasks)
      expect(Config.auth).toEqual({
        username: "ci",
        password: "${DJANGO_NOMAD_REGISTRY_PASSWORD}",
        server_address: "registry.example.com",
      });
  });
});

describe("each setting", () => {
  it("of where the job runs is on the job", () => {
    const job = buildJob({
      ...walkthrough,
      jobName: "shop.web",
      region: "eu",
      namespace: "web",
      datacenters: ["dc1", "dc2"],
    });
    expect(job).toMatchObject({
      ID: "shop.web",
      Name: "shop.web",
      Region: "eu",
      Namespace: "web",
      Datacenters: ["dc1", "dc2"],
    });
    expect(buildJob(walkthrough)).not.toHaveProperty("Region");
    expect(buildJob(walkthrough)).not.toHaveProperty("Namespace");
  });

  it("the image is the same in both tasks: what migrates is what serves", () => {
    const { migrate, server } = tasks({ image: "shop:2" });
    expect([migrate.Config.image, server.Config.image]).toEqual(["shop:2", "shop:2"]);
  });

  it("port and servicePortLabel name one port, in the network, the task and the service", () => {
    const changed = group({ port: 9000, portLabel: "web" });
    expect(changed.Networks).toEqual([{ Mode: "host", DynamicPorts: [{ Label: "web", To: 9000 }] }]);
    expect(changed.Tasks[1].Config.ports).toEqual(["web"]);
    expect(changed.Tasks[1].Services?.[0].PortLabel).toBe("web");
    expect(JSON.stringify(changed)).not.toMatch(/"(Label|PortLabel)":"http"|"ports":\["http"\]/);
  });

  it("migrateResources and serverResources reach their own task", () => {
    const { migrate, server } = tasks({
      migrateResources: { cpu: 1, memory: 2 },
      serverResources: { cpu: 3, memory: 4 },
    });
    expect(migrate.Resources).toEqual({ CPU: 1, MemoryMB: 2 });
    expect(server.Resources).toEqual({ CPU: 3, MemoryMB: 4 });
  });

  it("envVars reach both tasks, migrateEnvVars the migrate task alone and win there", () => {
    const { migrate, server } = tasks({ env: { A: "1", B: "2" }, migrateEnv: { B: "direct", C: "3" } });
    expect(migrate.Env).toEqual({ A: "1", B: "direct", C: "3", GATE_LEADER: "index-zero" });
    expect(server.Env).toEqual({ A: "1", B: "2" });
    expect(tasks({ env: {} }).server).not.toHaveProperty("Env");
  });

  it("dockerNetworkMode is that of both tasks; without it Docker's own is used", () => {
    const { migrate, server } = tasks({ networkMode: "backend" });
    expect([migrate.Config.network_mode, server.Config.network_mode]).toEqual(["backend", "backend"]);
    const plain = tasks({ networkMode: undefined });
    expect(plain.migrate.Config).not.toHaveProperty("network_mode");
    expect(plain.server.Config).not.toHaveProperty("network_mode");
  });

  it("the server runs the image's own command", () => {
    expect(tasks().server.Config).not.toHaveProperty("command");
    expect(tasks().server.Config).not.toHaveProperty("args");
  });

  it("files of the gate are written before it starts, and never watched afterwards", () => {
    const { migrate } = tasks({
      secrets: undefined,
      gate: { ...walkthrough.gate, files: [{ path: "local/gate.py", content: "print()" }] },
    });
    expect(migrate.Templates).toEqual([
      { EmbeddedTmpl: "print()", DestPath: "local/gate.py", ChangeMode: "noop", Once: true },
    ]);
  });
});

describe("the service", () => {
  it("has every part that httpService sets", () => {
    const { server } = tasks(
      withService({
        serviceName: "shop",
        serviceTags: ["blue", "web"],
        canaryTags: ["blue", "canary"],
        serviceProvider: "consul",
        checkPath: "/healthz",
        checkInterval: "1m30s",
        checkTimeout: "500ms",
        checkHeaders: { Host: "shop.example.com", "X-Forwarded-Proto": "https" },
      }),
    );
    expect(server.Services).toEqual([
      {
        Name: "shop",
        Provider: "consul",
        PortLabel: "http",
        AddressMode: "host",
        Tags: ["blue", "web"],
        CanaryTags: ["blue", "canary"],
        Checks: [
          {
            Type: "http",
            Path: "/healthz",
            Interval: 90 * second,
            Timeout: second / 2,
            Header: { Host: ["shop.example.com"], "X-Forwarded-Proto": ["https"] },
          },
        ],
      },
    ]);
  });

  it("is on the server, so that nobody is sent to an instance that still migrates", () => {
    expect(group()).not.toHaveProperty("Services");
    expect(tasks().migrate).not.toHaveProperty("Services");
    expect(tasks().server.Services).toHaveLength(1);
  });

  it("leaves the catalog before its server is told to stop", () => {
    expect(tasks().server.ShutdownDelay).toBe(5 * second);
    expect(tasks({ shutdownDelay: undefined }).server).not.toHaveProperty("ShutdownDelay");
  });

  it("is checked by TCP without a path, and not at all with checkEnabled false", () => {
    expect(tasks(withService({ checkType: "tcp" })).server.Services?.[0].Checks).toEqual([
      { Type: "tcp", Interval: 10 * second, Timeout: 5 * second },
    ]);
    expect(tasks(withService({ checkEnabled: false })).server.Services?.[0]).not.toHaveProperty("Checks");
  });

  it("is not there unless httpService is set", () => {
    expect(JSON.stringify(buildJob({ ...walkthrough, service: undefined }))).not.toContain("Services");
  });
});

describe("with Connect upstreams", () => {
  it("the group joins the mesh: bridge network, service on the group, check through the proxy", () => {
    const connected = group(mesh);
    expect(connected.Networks).toEqual([{ Mode: "bridge", DynamicPorts: [{ Label: "http", To: 8000 }] }]);
    expect(connected.Services).toEqual([
      {
        Name: "django",
        Provider: "consul",
        // The port number: the proxy dials the application inside the network namespace.
        PortLabel: "8000",
        Checks: [{ Type: "http", Path: "/", Interval: 10 * second, Timeout: 5 * second, Expose: true }],
        Connect: {
          SidecarService: { Proxy: { Upstreams: [{ DestinationName: "cache", LocalBindPort: 6379 }] } },
        },
      },
    ]);
    expect(connected.Tasks[1]).not.toHaveProperty("Services");
  });

  it("the group waits between leaving the catalog and stopping, since the service is the group's", () => {
    expect(group(mesh).ShutdownDelay).toBe(5 * second);
    expect(group(mesh).Tasks[1]).not.toHaveProperty("ShutdownDelay");
  });
});

describe("secrets", () => {
  it("are named in a template and nowhere given", () => {
    const { migrate, server } = tasks();
    for (const task of [migrate, server]) {
      const [template] = task.Templates ?? [];
      expect(template.EmbeddedTmpl).toContain("POSTGRES_PASSWORD={{ .POSTGRES_PASSWORD.Value | toJSON }}");
      expect(task.Env).not.toHaveProperty("POSTGRES_PASSWORD");
      // A changed variable would otherwise restart all servers at once.
      expect(template.ChangeMode).toBe("noop");
    }
    expect(migrate.Templates?.[0].Once).toBe(true);
  });

  it("leave neither template nor fingerprint behind when there are none", () => {
    expect(renderJobspec({ ...walkthrough, secrets: undefined })).not.toMatch(/nomadVar|secrets_fingerprint/);
  });
});

describe("backups", () => {
  const dumped = (more: Partial<AppSpec> = {}): AppSpec => ({ ...walkthrough, backup, ...more });
  const taskOf = (spec: AppSpec) => buildJob(spec).TaskGroups[0].Tasks[1];

  it("before migrations are a task beside the gate, which ends before the server starts and is not tried again", () => {
    expect(buildJob(dumped()).TaskGroups[0].Tasks.map(({ Name }) => Name)).toEqual([
      "migrate",
      "backup",
      "server",
    ]);
    expect(taskOf(dumped())).toMatchObject({
      Lifecycle: { Hook: "prestart", Sidecar: false },
      RestartPolicy: { Attempts: 0, Mode: "fail" },
    });
  });

  it("get of the application's environment what leads to the database, and nothing else", () => {
    const env = { SECRET_URL: "x", POSTGRES_HOST: "pooler", PGSSLMODE: "verify-full" };
    const { Env } = taskOf(dumped({ env, migrateEnv: { POSTGRES_HOST: "direct", API_KEY: "y" } }));
    expect(Env).toMatchObject({ POSTGRES_HOST: "direct", PGSSLMODE: "verify-full", POSTGRES_PORT: "5432" });
    expect(Object.keys(Env ?? {}).join()).not.toMatch(/SECRET_URL|API_KEY/);
  });

  it("read the password of whoever migrates, and no other secret", () => {
    const templates = (spec: AppSpec): string =>
      (taskOf(spec).Templates ?? []).map(({ EmbeddedTmpl = "" }) => EmbeddedTmpl).join("");
    expect(templates(dumped())).toContain('nomadVar "nomad/jobs/django"');
    expect(templates(dumped())).not.toContain("SECRET_KEY");
    const migrate = { path: "nomad/jobs/django/app/migrate", names: ["POSTGRES_PASSWORD"] };
    const secrets = { path: "nomad/jobs/django", names: ["POSTGRES_PASSWORD"], fingerprint: "0", migrate };
    expect(templates(dumped({ secrets }))).toContain('nomadVar "nomad/jobs/django/app/backup"');
  });

  it("read no variable for a password that is an ordinary one", () => {
    const plain = dumped({ migrateEnv: { POSTGRES_PASSWORD: "open" }, secrets: undefined });
    const scheduled = buildBackupJob(plain)?.TaskGroups[0].Tasks[0];
    for (const task of [taskOf(plain), scheduled]) {
      expect(task?.Env).toMatchObject({ POSTGRES_PASSWORD: "open" });
      expect(JSON.stringify(task?.Templates)).not.toContain("nomadVar");
    }
  });

  it("log in to the registry of their image where the application does, with a template for it", () => {
    const migrate = { path: "nomad/jobs/django/app/migrate", names: ["POSTGRES_PASSWORD"] };
    const secrets = { path: "nomad/jobs/django", names: ["POSTGRES_PASSWORD"], fingerprint: "0", migrate };
    const spec = dumped({ secrets, backup: { ...backup, registryAuth: { username: "ci" } } });
    const scheduled = buildBackupJob(spec)?.TaskGroups[0].Tasks[0];
    const variables = (task?: Task): [string, string][] =>
      (task?.Templates ?? [])
        .filter(({ EmbeddedTmpl = "" }) => EmbeddedTmpl.includes("nomadVar"))
        .map(({ EmbeddedTmpl = "", DestPath }) => [
          /nomadVar "(.*?)"/.exec(EmbeddedTmpl)?.[1] ?? "",
          DestPath,
        ]);
    const login = { username: "ci", password: `\${${registryPasswordName}}` };
    for (const task of [taskOf(spec), scheduled]) {
      expect(task?.Config.auth).toEqual(login);
      expect(JSON.stringify(task?.Templates)).toContain(`${registryPasswordName}=`);
    }
    expect(variables(taskOf(spec))).toEqual([
      ["nomad/jobs/django", "secrets/registry_env"],
      ["nomad/jobs/django/app/backup", "secrets/env"],
    ]);
    expect(variables(scheduled)).toEqual([["nomad/jobs/django-backup", "secrets/env"]]);
    expect(taskOf(dumped()).Config).not.toHaveProperty("auth");
  });

  it("go to a host volume, which old and new instances may use at the same time", () => {
    const request = { Type: "host", Source: "dumps", AccessMode: "single-node-multi-writer" };
    expect(Object.values(buildJob(dumped()).TaskGroups[0].Volumes ?? {})).toMatchObject([request]);
    expect(Object.values(buildBackupJob(dumped())?.TaskGroups[0].Volumes ?? {})).toMatchObject([request]);
    expect(taskOf(dumped()).VolumeMounts).toMatchObject([{ Destination: "/backups", ReadOnly: false }]);
  });

  it("on a schedule are a job of its own that never overlaps itself", () => {
    expect(buildBackupJob(dumped({ owner: "shop/dev" }))).toMatchObject({
      ID: "django-backup",
      Type: "batch",
      Meta: { pulumi_stack: "shop/dev" },
      Periodic: { Specs: ["30 3 * * *"], TimeZone: "Europe/Paris", ProhibitOverlap: true },
    });
    expect(buildBackupJob(dumped({ backup: { ...backup, schedule: undefined } }))).toBeUndefined();
  });

  it("without backupBeforeMigrate leave the application's job as it is", () => {
    const only = dumped({ backup: { ...backup, beforeMigrate: false } });
    expect(buildJob(only)).toEqual(buildJob(walkthrough));
  });
});

describe("the update strategy", () => {
  const update = (changed: Partial<AppSpec["update"]>, count = 3) =>
    group({ count, update: { ...walkthrough.update, ...changed } }).Update;

  it("canary starts one new instance beside the old ones and promotes it when healthy", () => {
    expect(update({ strategy: "canary" })).toMatchObject({ Canary: 1, AutoPromote: true });
  });

  it("blue-green starts as many as there are", () => {
    expect(update({ strategy: "blue-green" })).toMatchObject({ Canary: 3, AutoPromote: true });
    expect(update({ strategy: "blue-green" }, 7)).toMatchObject({ Canary: 7 });
  });

  it("rolling has no canary, and so nothing to promote: Nomad refuses the one without the other", () => {
    expect(update({ strategy: "rolling" })).toMatchObject({ Canary: 0, AutoPromote: false });
  });

  it("recreate replaces all at once: index 0 is among them, also when count grows", () => {
    expect(update({ strategy: "recreate", maxParallel: 1 }, 5)).toMatchObject({
      Canary: 0,
      AutoPromote: false,
      MaxParallel: 5,
    });
  });

  it.each(["canary", "blue-green", "rolling", "recreate"] as const)(
    "%s is one that Nomad takes also while count is 0, so that the application can come back",
    (strategy) => {
      const { Canary = 0, AutoPromote, MaxParallel } = update({ strategy }, 0) ?? {};
      expect(MaxParallel).toBeGreaterThan(0);
      expect(AutoPromote).toBe(Canary > 0);
      expect(Canary > 0).toBe(strategy === "canary" || strategy === "blue-green");
    },
  );

  it("takes the other settings as they are", () => {
    expect(
      update({
        maxParallel: 4,
        autoRevert: false,
        minHealthyTime: "1m",
        healthyDeadline: 100,
        progressDeadline: 200,
      }),
    ).toMatchObject({
      MaxParallel: 4,
      AutoRevert: false,
      MinHealthyTime: 60 * second,
      HealthyDeadline: 100 * second,
      ProgressDeadline: 200 * second,
    });
  });
});
