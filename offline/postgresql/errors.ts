import { type Settings } from "./config";

/** What node-postgres adds to an error that the server or the network gave. */
interface ErrorDetails {
  code?: string;
  detail?: string;
  hint?: string;
}

const UNREACHABLE: Record<string, string> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was closed",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  ENOTFOUND: "there is no host of that name",
  EAI_AGAIN: "the name can't be looked up now",
  ETIMEDOUT: "no answer",
};

const INVALID_PASSWORD = "28P01";
const NOT_ALLOWED = "28000";
const NO_DATABASE = "3D000";
const STARTING_UP = "57P03";

/** The same error in words that say where it happened and what to do, without any of `secrets`. */
export function explain(error: unknown, settings: Settings, secrets: string[]): Error {
  const message = sentence(error, settings);
  const hidden = secrets.filter((secret) => secret !== "");
  // The original is not kept as a cause: whatever prints causes would print secrets again.
  return new Error(hidden.reduce((text, secret) => text.replaceAll(secret, "[secret]"), message));
}

function sentence(error: unknown, settings: Settings): string {
  const { host, port, username, database, connectTimeout } = settings;
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
  if (!(first instanceof Error)) return String(first);
  const { code = "", detail, hint } = first as ErrorDetails;
  const server = `PostgreSQL at ${host}:${port}`;
  const check = "Check that it is up, and the provider's host and port";
  if (code in UNREACHABLE) return `can't reach ${server}: ${UNREACHABLE[code]}. ${check}`;
  if (/timeout expired|timeout exceeded/.test(first.message)) {
    return `can't reach ${server}: no answer in ${connectTimeout} s (connectTimeout). ${check}`;
  }
  if (/terminated|Client was closed|not queryable/i.test(first.message) && code === "") {
    return `lost the connection to ${server}: ${first.message}. ${check}`;
  }
  if (/does not support SSL/.test(first.message)) {
    return `${server} offers no TLS, and sslmode is "${settings.sslmode}". Set sslmode (database.sslmode of a DjangoApp) to "disable" where that is safe`;
  }
  switch (code) {
    case INVALID_PASSWORD:
    case NOT_ALLOWED:
      return `${server} refused user "${username}": ${first.message}. Check the provider's username and password`;
    case NO_DATABASE:
      return `${server} has no database "${database}"`;
    case STARTING_UP:
      return `${server} is not ready: ${first.message}. Run it again in a moment`;
    default:
      return [`${server}: ${first.message}`, detail, hint && `Hint: ${hint}`].filter(Boolean).join(". ");
  }
}
