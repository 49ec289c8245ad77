/** Tells a second Ctrl-C from one that comes twice. */

/** Nobody presses it again that soon. */
const echoMs = 500;

/**
 * A terminal's Ctrl-C signals both npm and the command, and npm passes its own on to the shell that it started. Where `sh` is
 * bash, that process has become the command, which gets two signals within a millisecond.
 * @returns a function that says what a signal means that comes now; undefined for one that came with the first.
 */
export function signalCounter(
  now: () => number = () => performance.now(),
): () => "first" | "again" | undefined {
  let first: number | undefined;
  return () => {
    if (first === undefined) {
      first = now();
      return "first";
    }
    return now() - first < echoMs ? undefined : "again";
  };
}
