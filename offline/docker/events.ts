import type Docker from "dockerode";

/**
 * Waits for something on the Docker host: `look` is asked at once, and again after each event that passes
 * `filters`, until it gives an answer. Undefined when `milliseconds` have passed without one.
 */
export async function waitFor<T>(
  docker: Docker,
  filters: Record<string, string[]>,
  look: () => Promise<T | undefined>,
  { milliseconds, signal }: { milliseconds: number; signal?: AbortSignal },
): Promise<T | undefined> {
  // Opened before the first look, so that nothing can happen unseen between the two.
  const events = (await docker.getEvents({ filters })) as NodeJS.ReadableStream & { destroy(): void };
  try {
    return await new Promise<T | undefined>((resolve, reject) => {
      let looking = false;
      let again = false;
      const timer = setTimeout(() => settle(() => resolve(undefined)), milliseconds);
      const settle = (action: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        action();
      };
      const abort = () => settle(() => reject(cancelled(signal)));
      const check = () => {
        again = looking;
        if (looking) return;
        looking = true;
        look().then(
          (answer) => {
            looking = false;
            if (answer !== undefined) settle(() => resolve(answer));
            else if (again) check();
          },
          (error: unknown) => settle(() => reject(error)),
        );
      };
      signal?.addEventListener("abort", abort, { once: true });
      events.on("data", check);
      events.on("error", (error: Error) => settle(() => reject(error)));
      events.on("end", () =>
        settle(() => reject(new Error("Docker closed the connection while being waited for."))),
      );
      if (signal?.aborted) abort();
      else check();
    });
  } finally {
    events.removeAllListeners("error");
    // Closing a stream half-way makes the client report a reset that nobody waits for.
    events.on("error", () => undefined);
    events.destroy();
  }
}

function cancelled(signal: AbortSignal | undefined): Error {
  const timedOut = (signal?.reason as Error | undefined)?.name === "TimeoutError";
  return new Error(
    timedOut
      ? "The time that customTimeouts allows has passed while waiting for Docker."
      : "The update was cancelled while waiting for Docker.",
  );
}

/** Aborted when `signal` is, or after `seconds`; 0 means that there is no limit. */
export function withTimeout(signal: AbortSignal, seconds: number): AbortSignal {
  return seconds === 0 ? signal : AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
}
