import { withoutCredentials } from "../nomad/address";

/** One thing that is wrong, or doubtful, with the arguments. */
export interface Problem {
  /** The key as the user types it, for example `httpService.checkInterval`. */
  key: string;
  /** What was given, what is allowed, what to do. */
  message: string;
}

/** What a problem shows of a value: never more than a line, and no password of an address. */
export function shown(value: unknown): string {
  const text = withoutCredentials(JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** A problem that shows no user and no password of an address, whatever rule tells it. */
export function discreet({ key, message }: Problem): Problem {
  return { key: withoutCredentials(key), message: withoutCredentials(message) };
}

/** A line for each, as a message lists them. */
export function inLines(problems: readonly Problem[]): string {
  return problems.map(({ key, message }) => `  ${key}: ${message}`).join("\n");
}
