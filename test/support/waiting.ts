/** Waiting for what can be observed. */
import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";

/** The id that commands/base/paths.ts gives a clone in that folder. */
export function cloneId(folder: string): string {
  return createHash("sha256").update(realpathSync(folder)).digest("hex").slice(0, 8);
}

/**
 * Asks until the answer is yes.
 * @param seen what there is instead, for whoever reads the error.
 * @throws when it is still no after `timeoutMs`.
 */
export async function waitUntil(
  what: string,
  holds: () => Promise<boolean>,
  timeoutMs = 60_000,
  seen?: () => Promise<string>,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) {
      const instead = seen ? `. Instead:\n${await seen()}` : "";
      throw new Error(`${what}: not after ${timeoutMs / 1000} s${instead}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Tries until the expectation holds. @throws what it threw last, when it still does after `timeoutMs`. */
export async function eventually(holds: () => Promise<void>, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await holds();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
