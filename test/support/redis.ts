/** A Redis server of a test's own. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { ensureRedis } from "../../local/images";
import { forget, remember } from "./leftovers";
import { waitUntil } from "./waiting";

export interface RedisServer {
  /** How containers on the network reach it. */
  url: string;
  /** How many of Celery's messages wait in a queue, or are in a worker's hands. */
  pending(queue: string): number;
  /** Removes the container and what it holds. */
  stop(): void;
}

const docker = (...args: string[]): string => execFileSync("docker", args, { stdio: "pipe" }).toString();

/** Starts Redis from the project's image, as `redis` on a Docker network, and waits until it answers. */
export async function startRedis(network: string): Promise<RedisServer> {
  const image = await ensureRedis();
  const name = `django-nomad-test-redis-${randomBytes(4).toString("hex")}`;
  remember({ kind: "container", name });
  const place = ["--network", network, "--network-alias", "redis", "--label", "django-nomad.test=redis"];
  docker("run", "--detach", "--name", name, ...place, image, "redis-server", "--protected-mode", "no");
  const ask = (...command: string[]): string => docker("exec", name, "redis-cli", ...command).trim();
  // At one moment: what an ended worker had in its hands goes back to the queue.
  const count = "return redis.call('LLEN', KEYS[1]) + redis.call('HLEN', KEYS[2])";
  const pending = (queue: string): number => Number(ask("EVAL", count, "2", queue, "unacked"));
  const stop = (): void => {
    docker("rm", "--force", "--volumes", name);
    forget({ kind: "container", name });
  };
  try {
    await waitUntil("Redis answers", async () => {
      try {
        return ask("PING") === "PONG";
      } catch {
        return false; // It has not begun to listen.
      }
    });
    return { url: "redis://redis:6379/0", pending, stop };
  } catch (error) {
    stop();
    throw error;
  }
}
