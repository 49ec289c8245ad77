/** One process at a time builds images. One that ends in the middle leaves nothing harmful behind. */
import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheDir } from "../../commands/base/paths";

/** Base file systems and Python packages, kept between clones. */
export const imageCacheDir = join(cacheDir, "images");

/** Where work in progress lies. Only the holder of the lock writes here; what a killed run left is removed. */
export const partialDir = join(imageCacheDir, "partial");

/**
 * Runs `work` while holding the user's image lock. The kernel gives the lock back however this process ends,
 * because `flock` waits for the end of a pipe from it.
 */
export async function withImageLock<T>(log: (line: string) => void, work: () => Promise<T>): Promise<T> {
  mkdirSync(imageCacheDir, { recursive: true });
  const release = await acquire(join(imageCacheDir, "lock"), log);
  try {
    rmSync(partialDir, { recursive: true, force: true });
    mkdirSync(partialDir, { recursive: true });
    return await work();
  } finally {
    release();
  }
}

function acquire(file: string, log: (line: string) => void): Promise<() => void> {
  const holder = spawn("flock", ["--exclusive", file, "sh", "-c", "echo held; exec cat"], {
    stdio: ["pipe", "pipe", "inherit"],
    // Ctrl-C reaches the whole process group: the lock must outlast the clean-up that follows it here.
    detached: true,
  });
  const waiting = setTimeout(() => log("waiting for another build of the images"), 500);
  return new Promise((resolve, reject) => {
    holder.once("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(waiting);
      if (error.code !== "ENOENT") return reject(error);
      log("flock is not installed: do not build images in two places at once");
      resolve(() => undefined);
    });
    holder.stdout.once("data", () => {
      clearTimeout(waiting);
      resolve(() => holder.stdin.end());
    });
    holder.once("exit", (code) => {
      clearTimeout(waiting);
      reject(new Error(`flock ${file} exited with code ${code}`));
    });
  });
}
