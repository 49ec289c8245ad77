/** One thing that is wrong, or doubtful, with the arguments. */
export interface Problem {
  /** The key as the user types it, for example `httpService.checkInterval`. */
  key: string;
  /** What was given, what is allowed, what to do. */
  message: string;
}

/** What a problem shows of a value: never more than a line. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
