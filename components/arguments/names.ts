/** Readers for names, durations and numbers as Nomad and Docker take them. */
import { formatSeconds, isDuration, seconds } from "../jobspec";
import { type Allowed, integer, oneOf, reader, type Reader, refuse, text, textReader } from "./readers";

export const duration = reader<string>({ kind: "duration" }, (value, key, problems) => {
  if (typeof value === "string" && isDuration(value)) return value;
  const bare = /^\d+$/.test(String(value));
  const why = bare
    ? `it has no unit, write ${String(value)}s for seconds or ${String(value)}m for minutes`
    : "write a number with its unit, such as 90s or 10m";
  return refuse(key, value, `a duration: ${why}`, problems);
});

/** Signals at which programs end their work. */
export const killSignal = oneOf(
  "KillSignal",
  ...(["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH"] as const),
);

/** MB as a plain number; 10 is the least that Nomad takes. */
export function megabytes(min: number, max: number): Reader<number, undefined> {
  return integer(min, max, "MB", (value) => {
    const [, amount, unit] = /^(\d+)\s*([kmg])i?b?$/i.exec(String(value)) ?? [];
    if (amount === undefined) return "";
    const factor = { k: 1 / 1024, m: 1, g: 1024 }[unit.toLowerCase() as "k" | "m" | "g"];
    return `: it counts MB, write ${Math.max(min, Math.round(Number(amount) * factor))}`;
  });
}

export const port = integer(1, 65535);

/** -100 to 100 without 0, which Nomad refuses. */
export const affinityWeight = reader<number>(
  { kind: "number", min: -100, max: 100 },
  (value, key, problems) => {
    const allowed = "a whole number from -100 to 100, and not 0";
    const read = integer(-100, 100)(value, key, []);
    return read ? read : refuse(key, value, allowed, problems);
  },
);

export const envName = {
  allowed: "a name for an environment variable: letters, digits and _, not a digit first",
  matches: /^[A-Za-z_][A-Za-z0-9_]*$/,
};
export const metaName = {
  allowed: "a name for meta: letters, digits, _, - and .",
  matches: /^[A-Za-z0-9_.-]+$/,
};
export const headerName = { allowed: "a header name", matches: /^[A-Za-z0-9-]+$/ };
/** A line break would begin another header. */
export const headerValue: Allowed = {
  allowed: "a header's value: one line without control characters",
  matches: /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u,
};

export const jobId = text(
  "a job id: letters, digits, -, _ and ., no spaces or slashes, not beginning with - or .",
  /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/,
);
export const namespace = text("a namespace: letters, digits and -, at most 128", /^[A-Za-z0-9-]{1,128}$/);
export const nodePool = text("a node pool: letters, digits, - and _, at most 128", /^[A-Za-z0-9_-]{1,128}$/);
/** Of a task group and a task: part of a container's name, a host name and the path of a variable. */
export const processName: Allowed = {
  allowed: "a name for a process: lowercase letters, digits and -, at most 40, beginning with a letter",
  matches: /^[a-z][a-z0-9-]{0,38}[a-z0-9]$|^[a-z]$/,
};
/** Of an HTTP check. */
export const checkPath = text("a path that begins with one /", /^\/(?!\/)[^\s\p{Cc}]*$/u);

export const portLabel = text("a port label: letters, digits and _", /^[A-Za-z0-9_]{1,128}$/);
export const serviceName = text(
  "a service name: letters, digits and -, at most 63",
  /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/,
);
export const dockerName = text(
  "a Docker name: letters, digits, _, . and -, at least two",
  /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/,
);
export const filledText = text("a non-empty string", /^(?=[^]*\S)[^\0]*$/);
/** Printed, compared or handed on as it is: nothing of it may begin another line. */
export const filledLine = text("one line of text, not empty", /^(?=.*\S)[^\p{Cc}\p{Zl}\p{Zp}]+$/u);
export const line = text("one line of text, without control characters", /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u);
export const databaseAlias = text("an alias of DATABASES: no spaces and no commas", /^[^\s,\p{Cc}]+$/u);
export const region = text("a region: letters, digits, -, _ and .", /^[\p{L}\p{N}_][\p{L}\p{N}._-]{0,127}$/u);
export const datacenter = text(
  "a datacenter: letters, digits, -, _ and ., and * for any of them",
  /^[\p{L}\p{N}._*?[\]{},!^@:+-]{1,128}$/u,
);
/** Of a host or CSI volume on the cluster. A * would mean every volume in a token's policy. */
export const volumeSource = text(
  "a volume's name: letters, digits and _ . : / @ + = -, beginning with a letter, a digit or _",
  /^[A-Za-z0-9_][A-Za-z0-9_.:/@+=-]{0,255}$/,
);
export const dockerNetwork = text(
  "a Docker network: host, bridge or a network's name",
  /^(container:)?[a-zA-Z0-9][a-zA-Z0-9_.-]*$/,
);
export const hostName = text("a host name or an IP address", /^[A-Za-z0-9_:][A-Za-z0-9.:_-]*$/);

/** PostgreSQL keeps names that begin with pg_ to itself. */
export function roleName(allowed: string): Reader<string, undefined> {
  return text(
    `${allowed}: at most 63 letters, digits, _ and -, not beginning with pg_`,
    /^(?!pg_)[\w-]{1,63}$/,
  );
}

/** Part of commands, of file names and of connections, where quotes, slashes and the like mean something else. */
export function plainName(allowed: string): Reader<string, undefined> {
  return text(
    `${allowed}: at most 63 letters, digits, _, ., @, + and -, beginning with a letter, a digit or _`,
    /^[\p{L}\p{N}_][\p{L}\p{N}_.@+-]{0,62}$/u,
  );
}
/** The same everywhere: what Nomad would evaluate could be another text on each node, or a secret. */
export const fixedLine = text(
  "one line of text without ${ and %{",
  /^(?=.*\S)(?!.*[$%]\{)[^\p{Cc}\p{Zl}\p{Zp}]+$/u,
);
export const registryHost = text(
  "a registry's host, such as registry.example.com",
  /^(https?:\/\/)?([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(:\d+)?(\/[\w./-]*)?$/,
);

/** Such as `${node.class}`: anything else would be compared as the text that it is. */
export const attribute = textReader("a node's attribute in ${ }", (value, key, problems) => {
  if (typeof value === "string" && /^\$\{[A-Za-z][^\s{}\p{Cc}]*\}$/u.test(value)) return value;
  const example = typeof value === "string" && /^[\w."-]+$/.test(value) ? value : "node.class";
  return refuse(key, value, `a node's attribute in \${ }: write \${${example}}`, problems);
});

/** Where Nomad mounts its own: a volume there would hide it. */
const nomadsOwn = /^\/(alloc|local|secrets)(\/|$)/;

/** Docker separates by : and , and Nomad replaces what is in ${ }. */
const plainPath = /^\/[^\s:,${}"'`\\\p{Cc}]+$/u;

/** An absolute path in the container. */
export const mountPath = textReader("an absolute path in the container", (value, key, problems) => {
  const allowed = "an absolute path in the container, such as /srv/media";
  if (typeof value !== "string" || !plainPath.test(value) || /\/\/|\/\.{1,2}(\/|$)/.test(value))
    return refuse(key, value, allowed, problems);
  if (nomadsOwn.test(value))
    return refuse(key, value, `${allowed}: /alloc, /local and /secrets are Nomad's own`, problems);
  return value;
});

/** A duration of at least so many seconds, for the sentences that say so. */
export function atLeast(least: number): Reader<string, undefined> {
  return reader({ kind: "duration", least }, (value, key, problems) => {
    const read = duration(value, key, problems);
    if (read === undefined || seconds(read) >= least) return read;
    problems.push({ key, message: `is ${read}, but Nomad takes no less than ${formatSeconds(least)}` });
    return undefined;
  });
}

/** A duration that the gate counts down, of at least so many seconds. */
export function countdown(least: number): Reader<string, undefined> {
  return reader({ kind: "duration", least }, (value, key, problems) => {
    const read = duration(value, key, problems);
    if (read === undefined || (seconds(read) >= least && seconds(read) <= longestCountdown)) return read;
    const limit =
      seconds(read) < least
        ? `${least < 1 ? `${least * 1000}ms` : formatSeconds(least)} or more`
        : `${formatSeconds(longestCountdown)} or less`;
    problems.push({ key, message: `is ${read} and must be ${limit}` });
    return undefined;
  });
}

/** Seconds. */
const longestCountdown = 1_000_000;
