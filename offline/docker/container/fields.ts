import {
  atLeast,
  blocks,
  dockerName,
  type Fields,
  flag,
  labels,
  list,
  map,
  matching,
  number,
  object,
  oneOf,
  set,
  text,
} from "../schema/field";
import { parseDuration } from "./duration";
import { hostFields } from "./hostFields";

const replaces = true;
const replacesHere = true;
const computed = true;
const output = true;
const inherited = true;

const texts = (options = {}) => set(text(), options);
const duration = () =>
  text({
    default: "0s",
    validate: (value: string) =>
      parseDuration(value) === undefined ? 'must be a duration such as "500ms", "10s" or "1m30s"' : undefined,
  });
const required = true;

/** How long, in milliseconds, a container may take to run, unless the user says. */
const READ_TIMEOUT_MILLISECONDS = 15_000;

const network: Fields = {
  dns: texts({ replaces }),
  dnsOpts: texts({ replaces }),
  dnsSearches: texts({ replaces }),
  domainname: text({ replaces }),
  hostname: text({ computed, replaces }),
  hosts: blocks({ host: text({ required }), ip: text({ required }) }, { replaces }),
  networkMode: text({ replaces, default: "bridge" }),
  networksAdvanced: blocks(
    {
      name: text({ required }),
      aliases: texts(),
      driverOpts: texts(),
      gwPriority: number(),
      ipv4Address: text(),
      ipv6Address: text(),
      linkLocalIps: texts(),
      macAddress: text(),
    },
    { replaces },
  ),
  ports: list(
    object({
      internal: number({ required, validate: atLeast(1) }),
      external: number({ computed, validate: atLeast(0) }),
      ip: text({ default: "0.0.0.0" }),
      protocol: text({ default: "tcp", validate: oneOf("tcp", "udp", "sctp") }),
    }),
    { replaces },
  ),
  publishAllPorts: flag({ replaces }),
};

const storage: Fields = {
  mounts: blocks(
    {
      target: text({ required }),
      source: text(),
      type: text({ required, validate: oneOf("bind", "volume", "tmpfs") }),
      readOnly: flag(),
      bindOptions: object({
        propagation: text({ validate: oneOf("private", "rprivate", "shared", "rshared", "slave", "rslave") }),
      }),
      tmpfsOptions: object({ mode: number(), sizeBytes: number() }),
      volumeOptions: object({
        driverName: text(),
        driverOptions: map(),
        labels: blocks({ label: text({ required }), value: text({ required }) }),
        noCopy: flag(),
        subpath: text(),
      }),
    },
    { replaces },
  ),
  uploads: blocks(
    {
      file: text({ required }),
      content: text(),
      contentBase64: text({ validate: matching(/^[A-Za-z0-9+/\s]*={0,2}\s*$/, "base64") }),
      source: text(),
      sourceHash: text(),
      executable: flag(),
      permissions: text({ validate: matching(/^0[0-7]{3}$/, 'a mode such as "0644"') }),
      owner: text({ validate: matching(/^\d+$/, "a numeric user id (names are not looked up here)") }),
      group: text({ validate: matching(/^\d+$/, "a numeric group id (names are not looked up here)") }),
    },
    { replaces },
  ),
  volumes: blocks(
    {
      containerPath: text({ unset: "" }),
      fromContainer: text({ unset: "" }),
      hostPath: text({ unset: "" }),
      readOnly: flag({ unset: null }),
      selinuxRelabel: text({ unset: "", validate: oneOf("z", "Z") }),
      volumeName: text({ unset: "" }),
    },
    { replaces },
  ),
};

/** Every property of a container, with the rules of the published plugin. */
export const containerFields: Fields = {
  ...hostFields,
  ...network,
  ...storage,
  attach: flag({ unset: false }),
  bridge: text({ output }),
  command: list(text({ validate: (value: string) => (value === "" ? "must not be empty" : undefined) }), {
    computed,
    replaces,
  }),
  containerLogs: text({ output }),
  containerReadRefreshTimeoutMilliseconds: number({
    default: READ_TIMEOUT_MILLISECONDS,
    validate: atLeast(0),
  }),
  destroyGraceSeconds: number({ validate: atLeast(0) }),
  // Younger than the recorded version of the published plugin, whose outputs do not list it.
  deviceCgroupRules: texts({ replacesHere, unlisted: true }),
  entrypoints: list(text(), { computed, replaces }),
  envs: set(text({ validate: matching(/^[^=]+=/, "of the form KEY=VALUE") }), {
    computed,
    replaces,
    hidden: true,
  }),
  exitCode: number({ output }),
  healthcheck: object(
    {
      tests: list(text()),
      interval: duration(),
      timeout: duration(),
      startPeriod: duration(),
      startInterval: duration(),
      retries: number({ validate: atLeast(0), unset: 0 }),
    },
    { computed, replacesHere },
  ),
  image: text({ required, replaces }),
  labels: labels({ computed }),
  logDriver: text({ computed, replaces }),
  logOpts: map({ replaces }),
  logs: flag({ unset: false }),
  maxRetryCount: number({ validate: atLeast(0) }),
  mustRun: flag({ default: true }),
  name: text({ required, replaces, validate: dockerName }),
  networkDatas: list(object({}), { output }),
  platform: text({ computed, replaces }),
  removeVolumes: flag({ default: true }),
  restart: text({ default: "no", validate: oneOf("no", "on-failure", "always", "unless-stopped") }),
  rm: flag({ unset: false, replacesHere }),
  start: flag({ default: true }),
  stdinOpen: flag({ replaces, unset: false }),
  stopSignal: text({ computed, replaces }),
  stopTimeout: number({ computed, replaces, validate: atLeast(0) }),
  tty: flag({ replaces, unset: false }),
  user: text({ replaces, inherited }),
  wait: flag({ unset: false }),
  waitTimeout: number({ default: 60, validate: atLeast(1) }),
  workingDir: text({ replaces, inherited }),
};
