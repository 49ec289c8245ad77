/** The process that started this program: Pulumi's language host. */
const host = process.ppid;

/** Between two looks at a rollout. Logs and deadlines have no blocking query, and the calls are cheap. */
export const lookEveryMs = 500;

/**
 * Waits, or less when the signal ends it. Where Pulumi was killed meanwhile the program ends: nobody listens any more, and
 * a watch that went on could fail a rollout that another `up` follows.
 */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (process.ppid !== host) process.exit(1);
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}
