/** The migration gate as the arguments want it. */
import { type RenderedGate, renderGate } from "../gate";
import { seconds } from "../jobspec";
import { defaults, keys, type KnownArgs } from "./keys";
import type { Row } from "./row";
import type { Shape } from "./shape";

/** What the gate needs to know beside the keys of the table. */
export interface GateRelease {
  /** Number of the release, higher than that of every release before it. Without one nothing is recorded. */
  release?: number;
  /** Whose release it is: two applications on one database each have a record. */
  application?: string;
  /** Fails, instead of a warning, when routers send models to a database that lacks their migrations and that
   * `migrationDatabases` leaves out. */
  strictDatabases?: boolean;
  /** Leaves the writing of Django's table of migrations, and of the table of releases, to the role that migrates. */
  protectHistory?: boolean;
  /** Role of the application, where another one migrates: from PostgreSQL 17 on it may maintain the tables. */
  applicationRole?: string;
}

export type GateSettings = Partial<KnownArgs> & GateRelease;

/** As django_nomad_gate/settings.py reads it. */
function asText(value: unknown, shape: Shape): string {
  if (shape.kind === "duration") return String(seconds(value as string));
  if (shape.kind === "boolean") return value === true ? "yes" : "no";
  if (shape.kind === "list")
    return shape.item.kind === "list" ? JSON.stringify(value) : (value as string[]).join(",");
  return String(value);
}

function variable(row: Row, given: unknown): Record<string, string> {
  const value = given ?? row.default;
  const isDefault = JSON.stringify(value) === JSON.stringify(row.default);
  if (row.gate === undefined || value === undefined || (isDefault && !row.isAlwaysSent)) return {};
  return { [row.gate]: asText(value, row.type.shape) };
}

/** @example migrationGate({ manageCommand: ["python", "manage.py"], migrationLeader: "first-to-lock" }) */
export function migrationGate(settings: GateSettings): RenderedGate {
  const { release, application, strictDatabases, protectHistory, applicationRole } = settings;
  const ofKeys = Object.entries(keys).map(([key, row]) => variable(row, settings[key as keyof KnownArgs]));
  return renderGate(settings.manageCommand ?? defaults.manageCommand, {
    ...(Object.assign({}, ...ofKeys) as Record<string, string>),
    ...(release === undefined ? {} : { RELEASE: String(release) }),
    ...(application === undefined ? {} : { APPLICATION: application }),
    ...(applicationRole === undefined ? {} : { APPLICATION_ROLE: applicationRole }),
    ...(strictDatabases ? { STRICT_DATABASES: "yes" } : {}),
    ...(protectHistory ? { PROTECT_HISTORY: "yes" } : {}),
  });
}
