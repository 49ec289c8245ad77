/** Keys about a PostgreSQL container beside the application. */
import { image } from "../image";
import { dockerName, megabytes, plainName, port } from "../names";
import { bool, integer, object, secretText, text } from "../readers";
import type { Rows } from "../row";

export const container = {
  namePrefix: {
    type: dockerName,
    required: "in programs",
    unset: "in a stack's config: project and stack",
    plain: "decides",
    says: "First part of the names of the network, the volume and the container. Two databases on one Docker host need different ones.",
    example: "shop-dev",
    change: "another database",
  },
  image: {
    type: image,
    default: "postgres:16",
    says:
      "Image of the server. An image that is already on the Docker host is not pulled. A change to another major version is " +
      "refused, since its server can't read the rows.",
    change: "database",
  },
  version: {
    type: integer(9, 99),
    unset: "from the image's tag",
    says: "Major version that the image holds, where its tag does not tell.",
    example: 16,
  },
  database: {
    type: plainName("a database name"),
    default: "django",
    says: "Database to create when the volume is new.",
  },
  user: {
    type: plainName("a role name"),
    default: "postgres",
    says: "Superuser to create when the volume is new.",
  },
  password: {
    type: secretText,
    required: "in programs",
    secret: true,
    unset: "in a stack's config: POSTGRES_PASSWORD of `secretEnvVars`",
    says: "Password of the superuser. PostgreSQL keeps the one with which the volume was first initialised.",
  },
  port: {
    type: port,
    unset: "not published",
    says: "Port of the host under which the database is published.",
    example: 5432,
    change: "database",
  },
  listenAddress: {
    type: text("an IP address of this host", /^[0-9a-fA-F.:]+$/),
    default: "127.0.0.1",
    says: "Address of the host on which `port` is published.",
    change: "database",
  },
  dataVolume: {
    type: dockerName,
    unset: "`namePrefix` and `-pgdata`",
    plain: "decides",
    says: "Name of the data volume.",
    example: "shop-rows",
    change: "another database",
  },
  keepData: {
    type: bool,
    default: true,
    plain: "decides",
    says:
      "Protects the volume, and leaves it on the Docker host when the stack is destroyed. With false `pulumi destroy` deletes " +
      "the rows, once an `up` has recorded it.",
    change: "next up",
  },
  memory: {
    type: megabytes(64, 1_000_000),
    default: 512,
    says: "Memory limit. A quarter of it is PostgreSQL's shared_buffers.",
    change: "database",
  },
  maxConnections: {
    type: integer(10, 10_000),
    default: 100,
    says: "Number of sessions that the server accepts (max_connections). A DjangoApp raises the default to 2 × count × 10 threads + 20, rounded up to the next 100; with `scaling`, `max` counts.",
    change: "database",
  },
} as const satisfies Rows;

export const postgres = {
  postgres: {
    type: object(
      "PostgresContainerArgs",
      "A PostgreSQL container beside the application, for one machine.",
      container,
    ),
    unset: "no container",
    plain: "decides",
    says:
      "A PostgreSQL container beside the application, for one machine. In a stack's config its password is " +
      "`secretEnvVars.POSTGRES_PASSWORD`, or `postgres.password`.",
    example: { memory: 1024 },
  },
} as const satisfies Rows;
