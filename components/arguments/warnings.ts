/** Values that are allowed but probably a mistake. No warning shows a value that may be secret. */
import { seconds } from "../jobspec";
import { defaults } from "./keys";
import { secretNames } from "./environmentRules";
import { movingTag, registryOf } from "./image";
import type { Problem } from "./problem";
import { entriesNow, isLater } from "./later";
import { type Given, type Rule, when } from "./rule";
import { plainVariables } from "./variableSets";

/** Names that most projects give to secrets. Names of files and of public keys are not among them. */
const secretName =
  /(^|[_-])(PASS|PASSWD|PASSWORD|PASSPHRASE|SECRET|TOKEN|KEY|APIKEY|CREDENTIALS?)S?([_-]|$)|(PASSWORD|PASSWD|PASSPHRASE|TOKEN|SECRET|SECRETKEY)S?$|[_-]PWD$|AUTHORIZATION$/i;
const notSecret = /(_(FILE|PATH|URL_NAME|HEADER|NAME)$)|(?<!SECRET)_ID$|PUBLIC/i;
/** In an address, where `host:80/path@2` has a port and no password; in libpq's `password=...`; a key in PEM. */
const secretValue =
  /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:(?!\d{1,5}\/)[^\s@]+@|(?:^|[\s?&;])(?:password|passwd|pwd)\s?=\s?[^\s&;]|-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY/i;
/** An authorization header, and tokens that show their issuer. */
const tokenValue =
  /^(?:Bearer|Basic)\s+\S|^(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|[sr]k_live_|SG\.|eyJ)[\w.-]{12,}$/;

/** True for a plain variable that should be a secret one, by its name or by a password in its value. */
export function looksSecret(name: string, value: unknown): boolean {
  if (typeof value === "string" && (secretValue.test(value) || tokenValue.test(value))) return true;
  return secretName.test(name) && !notSecret.test(name) && value !== "";
}

export function plainSecrets(given: Given): Problem[] {
  const secrets = secretNames(given);
  const sets = [...plainVariables(given), { key: "meta", variables: given.meta }];
  return sets.flatMap(({ key, variables }) =>
    entriesNow(variables)
      .filter(([name, value]) => looksSecret(name, value) && !secrets.includes(name))
      .map(([name]) => ({
        key: `${key}.${name}`,
        message:
          "looks like a secret, and everyone who can read the job can read it. " +
          (key === "meta" ? "Remove it, or use" : "Use") +
          ` secretEnvVars: pulumi config set --secret --path secretEnvVars.${name} (it asks for the value)`,
      })),
  );
}

/** An image whose name may mean another one tomorrow. */
function movingImage({ djangoImage }: Given): Problem[] {
  const message = typeof djangoImage === "string" ? movingTag(djangoImage) : undefined;
  return message === undefined ? [] : [{ key: "djangoImage", message }];
}

/** A check's settings that no check uses. */
function unused({ httpService }: Given): Problem[] {
  if (!httpService) return [];
  const { checkType, checkPath, checkEnabled, checkHeaders } = httpService;
  return [
    ...when(
      checkEnabled !== false && checkType === "tcp" && checkPath !== undefined && checkPath !== "/",
      "httpService.checkPath",
      `is "${checkPath}", but a check of httpService.checkType "tcp" requests no path: remove it, or use "http"`,
    ),
    ...when(
      checkEnabled === false && checkHeaders !== undefined && Object.keys(checkHeaders).length > 0,
      "httpService.checkHeaders",
      "are never sent, because httpService.checkEnabled is false: remove them, or set it to true",
    ),
  ];
}

function doubtfulChecks({ processes = {} }: Given): Problem[] {
  return Object.entries(processes).flatMap(([name, { check }]) => {
    if (!check) return [];
    const { type, path, interval, timeout } = { ...defaults.processes.check, ...check };
    const key = `processes.${name}.check`;
    return [
      ...when(
        type === "tcp" && path !== "/",
        `${key}.path`,
        `is "${path}", but a check of type "tcp" requests no path: remove it, or use "http"`,
      ),
      ...when(
        seconds(timeout) > seconds(interval),
        `${key}.timeout`,
        `is ${timeout}, longer than ${key}.interval (${interval}): the next check is due before the last has ended. Lower it, or raise the interval`,
      ),
    ];
  });
}

function slowCheck({ httpService }: Given): Problem[] {
  const { checkTimeout, checkInterval } = { ...defaults.httpService, ...httpService };
  return when(
    seconds(checkTimeout) > seconds(checkInterval),
    "httpService.checkTimeout",
    `is ${checkTimeout}, longer than httpService.checkInterval (${checkInterval}): the next check is due before the last has ended. Lower it, or raise the interval`,
  );
}

function singleWriters({ volumes = [], update }: Given): Problem[] {
  const strategy = update?.strategy ?? defaults.update.strategy;
  return volumes.flatMap(({ accessMode, readOnly }, index) =>
    when(
      strategy !== "recreate" &&
        readOnly !== true &&
        /single-(node-)?(single-)?writer$/.test(accessMode ?? ""),
      `volumes[${index}].accessMode`,
      `is "${accessMode}": no new instance can be placed while an old one holds the volume. Use ` +
        'single-node-multi-writer, or update.strategy "recreate"',
    ),
  );
}

/** On the host's network nothing translates ports: the server has to be told of the one that Nomad picked. */
function hostPort({
  dockerNetworkMode,
  httpService,
  servicePortLabel: label = defaults.servicePortLabel,
  envVars,
}: Given): Problem[] {
  const picked = new RegExp(`\\$\\{NOMAD_(HOST_PORT|HOST_ADDR|ADDR)_${label}\\}`);
  // An output may hold it, too.
  const isTold =
    isLater(envVars) ||
    entriesNow(envVars).some(([, value]) => typeof value !== "string" || picked.test(value));
  return when(
    dockerNetworkMode === "host" && httpService !== undefined && !isTold,
    "dockerNetworkMode",
    `is "host", where Docker publishes no ports: requests arrive only if the server listens on the port that Nomad picked, instead of on port. ` +
      `Pass it in the variable that your server reads: pulumi config set --path envVars.PORT '\${NOMAD_HOST_PORT_${label}}'`,
  );
}

/** A preview asks no database: without this, only an `up` in the middle would tell. */
function noAdminPassword({ database }: Given): Problem[] {
  const { PGPASSWORD, PGPASSFILE } = process.env;
  return when(
    database !== undefined && database.adminPassword === undefined && !PGPASSWORD && !PGPASSFILE,
    "database.adminPassword",
    "is not set, and this environment has no PGPASSWORD: `up` can log in to the server only if it asks for no password. " +
      "Set it: pulumi config set --secret --path database.adminPassword",
  );
}

/** Docker's own registry has several names. */
function registryName(host: string): string {
  return /^((index|registry-1|registry|www)\.)?docker\.(io|com)$/.test(host) ? "docker.io" : host;
}

export const warningRules: Rule[] = [
  { keys: ["djangoImage"], problems: movingImage },
  { keys: [], problems: plainSecrets },
  { keys: ["httpService.*"], problems: unused },
  { keys: ["processes.*"], problems: doubtfulChecks },
  { keys: ["httpService.checkTimeout", "httpService.checkInterval"], problems: slowCheck },
  { keys: ["volumes.*", "update.strategy"], problems: singleWriters },
  { keys: ["dockerNetworkMode", "httpService", "servicePortLabel"], problems: hostPort },
  { keys: ["database.*"], problems: noAdminPassword },
  {
    keys: ["registryAuth.serverAddress", "djangoImage"],
    problems: ({ registryAuth, djangoImage }) => {
      const registry = typeof djangoImage === "string" ? registryOf(djangoImage) : undefined;
      const named = registryAuth?.serverAddress?.replace(/^https?:\/\//, "").split("/")[0];
      return when(
        registry !== undefined && named !== undefined && registryName(named) !== registryName(registry),
        "registryAuth.serverAddress",
        `is "${registryAuth?.serverAddress}", but djangoImage is pulled from ${registry}, which gets the password anyway: use one registry for both`,
      );
    },
  },
];
