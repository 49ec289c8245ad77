/** The key of a Redis container beside the application. */
import { image } from "../image";
import { megabytes } from "../names";
import { object } from "../readers";
import type { Rows } from "../row";

export const redis = {
  redis: {
    type: object("RedisContainerArgs", "A Redis container beside the application, for one machine.", {
      image: {
        type: image,
        default: "redis:7",
        says: "Image of the server. An image that is already on the Docker host is not pulled.",
        change: "broker",
      },
      memory: {
        type: megabytes(16, 1_000_000),
        default: 128,
        says: "Memory limit. Redis takes no more writes at three quarters of it.",
        change: "broker",
      },
    } as const),
    unset: "no container",
    plain: "decides",
    says:
      "A Redis container beside `postgres`, on its network, for one machine: the broker of a task queue on a laptop. The tasks " +
      "find it in REDIS_URL. It has no password and keeps nothing when it is replaced. Needs `postgres`.",
    example: { memory: 256 },
  },
} as const satisfies Rows;
