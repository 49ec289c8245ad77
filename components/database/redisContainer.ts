import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { RedisContainerArgs } from "../arguments/configArgs";
import { defaults } from "../arguments/keys";
import { whenKnown } from "../arguments/asOutputs";
import { applied, type ResourceTransform } from "../arguments/transforms";
import type { PostgresContainer } from "./postgresContainer";

/** How containers on the network reach it. */
const redisHost = "redis";
/** The value of REDIS_URL in the application's tasks. */
export const redisUrl = `redis://${redisHost}:6379/0`;

/**
 * One Redis server in a Docker container on the network of the database, for one machine. It counts as created once it
 * answers. It has no password and no volume.
 *
 * @param namePrefix first part of the container's name: the database's.
 */
export function redisContainer(
  name: string,
  args: RedisContainerArgs & { namePrefix: string; transform?: ResourceTransform<docker.ContainerArgs> },
  postgres: PostgresContainer,
  opts: pulumi.CustomResourceOptions,
): docker.Container {
  const { image = defaults.redis.image, memory = defaults.redis.memory, namePrefix, transform } = args;
  const most = whenKnown(memory, (known: number) => `${Math.floor((known * 3) / 4)}mb`);
  const server: docker.ContainerArgs = {
    name: `${namePrefix}-redis`,
    image,
    // When it is full, refuse new tasks, which their sender notices, instead of silently evicting old ones.
    command: [
      ...["redis-server", "--bind", "*", "--protected-mode", "no"],
      ...["--maxmemory", most, "--maxmemory-policy", "noeviction"],
    ],
    networksAdvanced: [{ name: postgres.networkId, aliases: [redisHost] }],
    memory,
    // Without it the provider shows a change on every preview: Docker sets it to twice the memory.
    memorySwap: whenKnown(memory, (known: number) => known * 2),
    restart: "unless-stopped",
    destroyGraceSeconds: 10,
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "3" },
    healthcheck: { tests: ["CMD", "redis-cli", "ping"], interval: "1s", timeout: "3s", retries: 60 },
    wait: true,
    waitTimeout: 90,
  };
  return new docker.Container(
    ...applied(transform, `${name}-redis`, server, { ...opts, deleteBeforeReplace: true }),
  );
}
