/** The table of keys. Types, checks, defaults, docs, Pulumi.yaml, the schema and the gate's environment follow from it. */
import { object } from "../readers";
import { type ArgsOf, defaultsOf, pathsOf, type Rows } from "../row";
import { backups } from "./backups";
import { database } from "./database";
import { environment } from "./environment";
import { job } from "./job";
import { nomad } from "./nomad";
import { migration } from "./migration";
import { placement } from "./placement";
import { type container, postgres } from "./postgres";
import { processes } from "./processes";
import { schedules } from "./schedules";
import { service } from "./service";
import { tasks } from "./tasks";
import { update } from "./update";

export const keys = {
  ...job,
  ...placement,
  ...service,
  ...environment,
  ...tasks,
  ...processes,
  ...schedules,
  ...migration,
  ...backups,
  ...update,
  ...postgres,
  ...database,
} as const satisfies Rows;

/** Arguments of a DjangoApp: the keys of a stack's config, and the arguments that only programs can give. */
export const programKeys = { ...keys, ...nomad } as const satisfies Rows;

/** The arguments without Pulumi's outputs: what a stack's config holds, and what a program's arguments are in the end. */
export interface KnownArgs extends Omit<ArgsOf<typeof keys>, "postgres"> {
  postgres?: KnownContainer;
}

/** A stack's config may leave the prefix out; its program does not. */
export interface KnownContainer extends ArgsOf<typeof container> {
  namePrefix: string;
}

/** Reads all arguments of a stack's config. */
export const readConfig = object(
  "ConfigArgs",
  "Arguments of a DjangoApp that a stack's config can hold.",
  keys,
);

/** Reads all arguments of a program. */
export const readProgram = object("ProgramArgs", "Arguments of a DjangoApp.", programKeys);

/** What holds unless an argument says otherwise. The pack's own values, wherever it has some. */
export const defaults = defaultsOf(keys);

/** Keys, also inside others, that must be stored with `--secret`. */
export const secretPaths = pathsOf(keys, ({ secret }) => secret === true);
