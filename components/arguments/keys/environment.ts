/** Keys about what the tasks find in their environment, and how they reach networks and registries. */
import { dockerNetwork, envName, fixedLine, metaName, registryHost } from "../names";
import { anyText, integer, map, object, secretText } from "../readers";
import type { Rows } from "../row";

const registryAuth = object("RegistryAuthArgs", "Login to the registry of the images (Docker's `auth`).", {
  username: { type: fixedLine, required: true, says: "User of the registry.", example: "ci" },
  password: {
    type: secretText,
    required: true,
    secret: true,
    says:
      "Password or token. It is kept in the job's Nomad variable, never in the jobspec, and both tasks have it in their " +
      "environment as DJANGO_NOMAD_REGISTRY_PASSWORD: use a token that can only pull.",
  },
  serverAddress: {
    type: registryHost,
    unset: "the image's own registry",
    says: "Address of the registry.",
    example: "registry.example.com",
  },
} as const);

export const environment = {
  envVars: {
    type: map(envName, anyText),
    default: {},
    says: "Plain environment variables of both tasks. Everyone who can read the job can read them.",
    example: { DJANGO_SETTINGS_MODULE: "shop.settings" },
    change: "release",
  },
  secretEnvVars: {
    type: map(envName, anyText),
    default: {},
    secret: true,
    says:
      "Secret environment variables of both tasks, delivered through a Nomad variable. Set each with " +
      "`pulumi config set --secret --path secretEnvVars.NAME` (it asks for the value).",
    change: "release",
  },
  secretKeyVersion: {
    type: integer(1, 10_000),
    unset: "no key is generated",
    plain: "decides",
    says:
      "Generates SECRET_KEY and keeps it, encrypted, in the stack's state. A higher version generates another one; the " +
      "previous key stays valid as SECRET_KEY_FALLBACKS, a list separated by commas. Raise it by one at a time, once " +
      "everything that the previous key signed has expired. Not together with a SECRET_KEY of your own.",
    example: 1,
    change: "release",
  },
  migrateEnvVars: {
    type: map(envName, anyText),
    default: {},
    says: "Overrides `envVars` in the migrate task, for example with a database host that bypasses a pooler.",
    example: { POSTGRES_HOST: "db.example.com" },
    change: "release",
  },
  meta: {
    type: map(metaName, anyText),
    default: {},
    says: "Metadata of the job. Tasks see each entry as NOMAD_META_NAME.",
    example: { team: "web" },
    change: "release",
  },
  dockerNetworkMode: {
    type: dockerNetwork,
    unset: "Docker's default bridge",
    says: "Docker network of both tasks: `host`, `bridge` or a network's name. Not together with `postgres`, which brings its own.",
    example: "host",
    change: "release",
  },
  registryAuth: {
    type: registryAuth,
    unset: "images are pulled without a login",
    plain: "decides",
    says: "Login to a private registry. It serves `djangoImage`, and the image of backups when it comes from the same registry.",
    change: "release",
  },
} as const satisfies Rows;
