/** What an import would change in a stack's config. Pure. */
import type { ImportedConfig } from "./map";

/** A stack's config as it is: plain values by key, and what is known of its secrets. */
export interface ExistingConfig {
  plain: Record<string, unknown>;
  /** Undefined where a value is there but can't be decrypted. */
  secrets: Record<string, string | undefined>;
  /** Other keys that hold an encrypted value: nothing of them is shown or written as a whole. */
  encrypted: ReadonlySet<string>;
}

export interface Change {
  /** For example `["envVars", "DEBUG"]`. */
  path: [key: string, ...inside: string[]];
  value: unknown;
  secret: boolean;
  status: "new" | "same" | "different";
  /** The value that is there, for people; never a secret. */
  before?: string;
  /** A plain value of the same name, to be removed: a secret is kept in one place, encrypted. */
  replaces?: string;
  /** Why it is a secret. */
  reason?: string;
}

const hidden = "[secret]";

/** Every value of the import against what the stack has. What the stack has besides stays as it is. */
export function plan(imported: ImportedConfig, existing: ExistingConfig): Change[] {
  const missing = Object.entries(imported.packDefaults).filter(([key]) => existing.plain[key] === undefined);
  const config = { ...imported.config, ...Object.fromEntries(missing) };
  const changes = leaves(config).map(({ path, value }): Change => {
    const [key, name] = path;
    if (key === "envVars" && name in existing.secrets) {
      return secretChange(name, String(value), existing, "the stack has it encrypted already");
    }
    return plainChange(path, value, existing);
  });
  const secrets = Object.entries(imported.secrets).map(([name, value]) =>
    secretChange(name, value, existing, imported.reasons[name]),
  );
  return [...changes, ...secrets].sort((a, b) => (a.path.join(".") < b.path.join(".") ? -1 : 1));
}

function plainChange(path: Change["path"], value: unknown, existing: ExistingConfig): Change {
  const base = { path, value, secret: false };
  const before = valueAt(existing.plain, path);
  if (before === undefined) return { ...base, status: "new" };
  const shown = existing.encrypted.has(path[0]) ? hidden : JSON.stringify(before);
  return { ...base, status: text(before) === text(value) ? "same" : "different", before: shown };
}

function secretChange(name: string, value: string, existing: ExistingConfig, reason: string): Change {
  const base = { path: ["secretEnvVars", name] as Change["path"], value, secret: true, reason };
  const plain = valueAt(existing.plain, ["envVars", name]);
  if (plain !== undefined) return { ...base, status: "different", before: "(in plain)", replaces: name };
  if (!(name in existing.secrets)) return { ...base, status: "new" };
  return { ...base, status: existing.secrets[name] === value ? "same" : "different", before: hidden };
}

/** Maps are followed, all else is one value. */
function leaves(config: Record<string, unknown>): { path: Change["path"]; value: unknown }[] {
  return Object.entries(config).flatMap(([key, value]) =>
    isMap(value)
      ? Object.entries(value).map(([inside, item]) => ({
          path: [key, inside] as Change["path"],
          value: item,
        }))
      : [{ path: [key] as Change["path"], value }],
  );
}

function valueAt(config: Record<string, unknown>, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isMap(value) ? value[key] : undefined), config);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** 2 and "2" are the same config value. */
function text(value: unknown): string {
  if (typeof value === "object" && value !== null) {
    return JSON.stringify(value, (_key, item: unknown) => (typeof item === "number" ? String(item) : item));
  }
  return String(value);
}

/** One line per value, secrets hidden, with what happens to it. */
export function describe(change: Change): string {
  const { path, value, secret, status, before, reason } = change;
  const shown = secret ? hidden : JSON.stringify(value);
  const sign = { new: "+", same: "=", different: "~" }[status];
  const from = status === "different" ? `${before} -> ` : "";
  return `${sign} ${path.join(".")}: ${from}${shown}${reason === undefined ? "" : ` (encrypted: ${reason})`}`;
}
