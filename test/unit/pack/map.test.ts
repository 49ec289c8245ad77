import { describe, expect, it } from "@jest/globals";
import { importVariables } from "../../../commands/pack/map";
import { secretReason } from "../../../commands/pack/secrets";

const imported = (variables: Record<string, unknown>) =>
  importVariables({ django_image: "shop:1", ...variables });

describe("each variable of the pack becomes a config key", () => {
  it.each<[variable: string, value: unknown, key: string, expected: unknown]>([
    ["django_image", "web:7", "djangoImage", "web:7"],
    ["job_name", "shop", "jobName", "shop"],
    ["region", "eu", "region", "eu"],
    ["datacenters", ["ams1", "fra*"], "datacenters", ["ams1", "fra*"]],
    ["count", 3, "count", 3],
    ["count", "3", "count", 3],
    ["port", 9000, "port", 9000],
    ["service_port_label", "web", "servicePortLabel", "web"],
    ["docker_network_mode", "shop-net", "dockerNetworkMode", "shop-net"],
    ["server_resources", { cpu: 900, memory: 1024 }, "serverResources", { cpu: 900, memory: 1024 }],
    ["migrate_resources", { memory: 512 }, "migrateResources", { memory: 512 }],
    ["migration_poll_seconds", 2, "migrationPollSeconds", 2],
    ["migration_poll_iters", 40, "migrationPollIters", 40],
    [
      "env_vars",
      { DEBUG: "off", PORT: "5432", ID: "007" },
      "envVars",
      { DEBUG: "off", PORT: "5432", ID: "007" },
    ],
    [
      "env_vars",
      { DEBUG: false, WORKERS: 4, RATE: 0.5 },
      "envVars",
      { DEBUG: "false", WORKERS: "4", RATE: "0.5" },
    ],
    ["env_vars", { A: "x", GONE: null }, "envVars", { A: "x" }],
    ["env_vars", { EMPTY: "" }, "envVars", { EMPTY: "" }],
    ["http_service", { service_name: "web" }, "httpService", { serviceName: "web" }],
    [
      "http_service",
      {
        service_name: "web",
        service_tags: ["edge", "v=7"],
        service_provider: "consul",
        check_enabled: "false",
        check_type: "tcp",
        check_path: "/healthz/",
        check_interval: "3s",
        check_timeout: "1s",
        upstreams: [{ name: "postgres", port: 5432 }],
      },
      "httpService",
      {
        serviceName: "web",
        serviceTags: ["edge", "v=7"],
        serviceProvider: "consul",
        checkEnabled: false,
        checkType: "tcp",
        checkPath: "/healthz/",
        checkInterval: "3s",
        checkTimeout: "1s",
        upstreams: [{ name: "postgres", port: 5432 }],
      },
    ],
  ])("%s = %j gives %s", (variable, value, key, expected) => {
    const { config, problems } = imported({ [variable]: value });
    expect(problems).toEqual([]);
    expect(config[key]).toEqual(expected);
  });

  it("null is as good as unset", () => {
    expect(imported({ count: null, http_service: null, region: null }).config).toEqual({
      djangoImage: "shop:1",
    });
  });

  it("an empty job_name or region is the pack's way to say unset", () => {
    const { config, packDefaults } = imported({ job_name: "", region: "" });
    expect([config, packDefaults]).toEqual([{ djangoImage: "shop:1" }, { jobName: "django" }]);
  });

  it("without job_name the job keeps the pack's own name", () => {
    expect(imported({}).packDefaults).toEqual({ jobName: "django" });
    expect(imported({ job_name: "shop" }).packDefaults).toEqual({});
  });
});

describe("what can't be imported is named, all at once, and nothing is guessed", () => {
  it.each<[variables: Record<string, unknown>, problem: string]>([
    [
      { cuont: 2 },
      "cuont is not a variable of the Django pack: did you mean count? Known are django_image, job_name",
    ],
    [{ colour: "red" }, "colour is not a variable of the Django pack: Known are"],
    [{ constructor: 1 }, "constructor is not a variable of the Django pack"],
    [{ http_service: { name: "x" } }, "http_service.name is not a variable of the Django pack"],
    [
      { http_service: { service_name: "x", upstreams: [{ host: "pg" }] } },
      "http_service.upstreams[0].host is not",
    ],
    [{ count: "two" }, "count is a string and must be a number"],
    [{ count: [2] }, "count is a list and must be a number"],
    [{ count: -1 }, "count: -1 is not a whole number from 0 to 10000"],
    [{ datacenters: "ams1" }, "datacenters is a string and must be a list"],
    [{ env_vars: ["A=1"] }, "env_vars is a list and must be a map of names to strings"],
    [{ env_vars: { A: { B: "x" } } }, "env_vars.A is a map and must be a string"],
    [{ env_vars: { "MY-VAR": "x" } }, 'env_vars.MY-VAR: "MY-VAR" is not a name for an environment variable'],
    [
      { env_vars: { "MY-KEY": "hunter2" } },
      'env_vars.MY-KEY: "MY-KEY" is not a name for an environment variable',
    ],
    [{ server_resources: 500 }, "server_resources is a number and must be an object"],
    [{ http_service: { check_path: "/" } }, "http_service.service_name: is required"],
    [
      { http_service: { service_name: "web", check_interval: "10" } },
      'http_service.check_interval: "10" is not a duration',
    ],
    [
      { http_service: { service_name: "web", check_enabled: "maybe" } },
      "http_service.check_enabled is a string and must be true or false",
    ],
  ])("%j", (variables, problem) => {
    const { problems } = imported(variables);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });

  it("several problems come together", () => {
    expect(imported({ cuont: 2, count: "x", port: [] }).problems).toHaveLength(3);
  });
});

describe("secrets are told from plain values by their names and by what they hold", () => {
  it.each<[name: string, value: string, reason: string]>([
    ["POSTGRES_PASSWORD", "x", "its name says PASSWORD"],
    ["DBPASSWORD", "x", "its name says PASSWORD"],
    ["db_passwd", "x", "its name says PASSWD"],
    ["SECRET_KEY", "x", "its name says SECRET"],
    ["DJANGO_SECRET", "x", "its name says SECRET"],
    ["clientSecret", "x", "its name says SECRET"],
    ["API_TOKEN", "", "its name says TOKEN"],
    ["AWS_ACCESS_KEY_ID", "x", "its name says KEY"],
    ["stripeKey", "x", "its name says KEY"],
    ["SIGNING_KEYS", "x", "its name says KEYS"],
    ["GPG_PASSPHRASE", "x", "its name says PASSPHRASE"],
    ["GOOGLE_CREDENTIALS", "{}", "its name says CREDENTIAL"],
    ["DB_PASS", "x", "its name says PASS"],
    ["SENTRY_DSN", "https://x", "its name says DSN"],
    ["DATABASE_URL", "postgres://u:p@db/x", "its value is a URL with a password"],
    ["DATABASE_URL", "postgres://u:p%40ss@db/x?sslmode=require&a=1", "its value is a URL with a password"],
    ["DATABASE_URL", "postgres://u:p/w@db/x", "its value is a URL with a password"],
    ["REDIS", "redis://:pw@redis:6379/0", "its value is a URL with a password"],
    ["BROKERS", "amqp://a,amqp://u:p@b", "its value is a URL with a password"],
    ["CONNECTION", "host=db user=u password=p", "its value holds a password or a token"],
    ["HOOK", "https://x.example/?access_token=abc", "its value holds a password or a token"],
    ["TLS", "-----BEGIN RSA PRIVATE KEY-----\nMII", "its value is a private key"],
    ["CALL_WITH", "Bearer abc", "its value is an authorization header"],
    ["GITHUB", "ghp_0123456789abcdefghij", "its value looks like a token"],
  ])("%s=%s is a secret", (name, value, reason) => {
    expect(secretReason(name, value)).toBe(reason);
    const { config, secrets, reasons } = imported({ env_vars: { [name]: value } });
    expect(secrets).toEqual({ [name]: value });
    expect(reasons).toEqual({ [name]: reason });
    expect(config.envVars).toBeUndefined();
  });

  it.each<[name: string, value: string]>([
    ["DEBUG", "off"],
    ["POSTGRES_HOST", "db.example.com"],
    ["POSTGRES_USER", "postgres"],
    ["DATABASE_URL", "sqlite:////data/db.sqlite3"],
    ["DATABASE_URL", "postgres://user@db:5432/x"],
    ["SITE_URL", "https://shop.example.com:8443/path?a=1"],
    ["KEYCLOAK_URL", "https://sso.example.com"],
    ["MONKEY", "banana"],
    ["LANG", "sk-SK"],
    ["COMPASS_DIRECTION", "north"],
    ["CONTACT", "Shop: mail@example.com"],
  ])("%s=%s is not", (name, value) => {
    expect(secretReason(name, value)).toBeUndefined();
  });
});

describe("what changes its meaning on the way is said", () => {
  it.each<[variables: Record<string, unknown>, note: RegExp]>([
    [{ docker_network_mode: "host" }, /\$NOMAD_HOST_PORT_http.*remove dockerNetworkMode/s],
    [{ docker_network_mode: "shop-net" }, /^docker_network_mode: .* here both tasks get it\.$/],
    [{ migrate_resources: { cpu: 1 } }, /^migrate_resources: the pack declares it and does not use it/],
    [{ django_image: null }, /^no file sets django_image/],
  ])("%j", (variables, note) => {
    const { notes } = imported(variables);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(note);
  });
});
