/** The shape of every config key. Descriptions and defaults are in `Pulumi.yaml` and `components/jobspec/defaults.ts`. */
import { isDuration } from "../components/jobspec";
import { bool, integer, list, map, object, oneOf, type Reader, secretText, text } from "./readers";

const duration: Reader<string> = (value, key, problems) => {
  if (typeof value === "string" && isDuration(value)) return value;
  const shown = typeof value === "number" ? `${value} has no unit: it` : JSON.stringify(value);
  problems.push({
    key,
    message: `${shown} is not a duration: write a number with its unit, such as 90s or 10m`,
  });
  return undefined;
};

const port = integer(1, 65535);
const envName = {
  allowed: "a name for an environment variable: letters, digits and _, not a digit first",
  matches: /^[A-Za-z_][A-Za-z0-9_]*$/,
};
const jobId = text("a job id: letters, digits, -, _ and ., no spaces or slashes", /^[A-Za-z0-9._-]{1,128}$/);
const serviceName = text(
  "a service name: letters, digits and -, at most 63",
  /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/,
);
const image = text("an image reference such as registry.example.com/shop:1.4", /^[a-z0-9][^\s]*$/i);
const dockerName = text(
  "a Docker name: letters, digits, _, . and -, at least two",
  /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/,
);

/** MHz and MB; 10 MB is the least that Nomad takes. */
const resources = object({ cpu: integer(1, 1_000_000), memory: integer(10, 10_000_000) });

/** Reads a stack's whole config. */
export const readConfig = object(
  {
    djangoImage: image,
    jobName: jobId,
    region: text(),
    datacenters: list(text()),
    count: integer(1, 10_000),
    port,
    servicePortLabel: text("a port label: letters, digits and _", /^[A-Za-z0-9_]{1,128}$/),
    httpService: object(
      {
        serviceName,
        serviceTags: list(text()),
        serviceProvider: oneOf("nomad", "consul"),
        checkEnabled: bool,
        checkType: oneOf("http", "tcp"),
        checkPath: text("a path that begins with /", /^\/\S*$/),
        checkInterval: duration,
        checkTimeout: duration,
        checkHeaders: map({ allowed: "a header name", matches: /^[A-Za-z0-9-]+$/ }),
        upstreams: list(object({ name: serviceName, port }, ["name", "port"])),
      },
      ["serviceName"],
    ),
    envVars: map(envName),
    secretEnvVars: map(envName, true),
    migrateEnvVars: map(envName),
    dockerNetworkMode: text("a Docker network: host, bridge or a network's name", /^\S+$/),
    manageCommand: list(text()),
    serverResources: resources,
    migrateResources: resources,
    migrationLeader: oneOf("index-zero", "first-to-lock"),
    migrationTimeout: duration,
    migrationPollSeconds: integer(1, 3600),
    migrationPollIters: integer(1, 100_000),
    databaseWaitSeconds: integer(1, 86_400),
    update: object({
      strategy: oneOf("canary", "rolling", "blue-green", "recreate"),
      maxParallel: integer(1, 10_000),
      autoRevert: bool,
      minHealthyTime: duration,
      serverDeadline: duration,
      healthyDeadline: duration,
      progressDeadline: duration,
    }),
    postgres: object({
      namePrefix: dockerName,
      image,
      database: text("a database name", /^\S{1,63}$/),
      user: text("a role name", /^\S{1,63}$/),
      password: secretText,
      port,
      dataVolume: dockerName,
      memory: integer(64, 1_000_000),
    }),
  },
  ["djangoImage"],
);

/** Keys that hold secrets and must be stored with `--secret`. */
export const secretKeys = ["secretEnvVars"] as const;
