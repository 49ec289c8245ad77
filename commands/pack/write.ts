/** A stack's config, read and written through the Pulumi CLI, which encrypts. Values never show in a command line. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { LocalEnvironment } from "../pulumi/environment";
import { repoRoot } from "../base/paths";
import { CommandError, run } from "../base/run";
import { UserError } from "../base/step";
import type { Change, ExistingConfig } from "./plan";

const project = "django-nomad";

/** As `pulumi config --json` prints it. */
interface StoredValue {
  value?: string;
  objectValue?: unknown;
  secret: boolean;
}

export class StackConfig {
  constructor(
    private readonly environment: LocalEnvironment,
    readonly stack: string,
  ) {}

  /** `Pulumi.NAME.yaml`; NAME without an organization. */
  get file(): string {
    return `Pulumi.${this.stack.split("/").at(-1)}.yaml`;
  }

  /**
   * What is there. Of a stack that does not exist yet, what its file says: secrets are then unknown.
   * @throws {UserError} when it can't be read, for example for want of the passphrase.
   */
  async read(): Promise<{ exists: boolean; config: ExistingConfig }> {
    try {
      const { stdout } = await this.pulumi(["config", "--json", "--show-secrets"]);
      return { exists: true, config: existing(JSON.parse(stdout) as Record<string, StoredValue>) };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (!error.stderr.includes("no stack named")) {
        throw new UserError(`The config of stack ${this.stack} can't be read:\n${error.message}`);
      }
      return { exists: false, config: this.readFile() };
    }
  }

  async create(): Promise<void> {
    await run(this.environment.pulumi, ["stack", "init", this.stack, "--non-interactive"], this.options);
  }

  /** Writes these changes; secrets encrypted, each through its command's standard input. */
  async write(changes: readonly Change[], before: ExistingConfig): Promise<void> {
    const inEnv = (change: Change): boolean => ["envVars", "secretEnvVars"].includes(change.path[0]);
    const whole = wholeKeys(
      changes.filter((change) => !inEnv(change)),
      before,
    );
    if (Object.keys(whole).length > 0)
      await this.pulumi(["config", "set-all", "--json", JSON.stringify(whole)]);
    for (const { path, value, secret, replaces } of changes.filter(inEnv)) {
      const kind = secret ? ["--secret"] : ["--type", "string"];
      await this.pulumi(["config", "set", "--raw", "--path", path.join("."), ...kind], String(value));
      if (replaces !== undefined) await this.pulumi(["config", "rm", "--path", `envVars.${replaces}`]);
    }
  }

  private readFile(): ExistingConfig {
    const path = join(repoRoot, this.file);
    if (!existsSync(path)) return { plain: {}, secrets: {}, encrypted: new Set() };
    const { config = {} } = (parse(readFileSync(path, "utf8")) ?? {}) as { config?: Record<string, unknown> };
    const { secretEnvVars = {}, ...plain } = ownKeys(config);
    return {
      plain,
      secrets: Object.fromEntries(Object.keys(secretEnvVars as object).map((name) => [name, undefined])),
      encrypted: new Set(
        Object.keys(plain).filter((key) => JSON.stringify(plain[key]).includes('"secure":')),
      ),
    };
  }

  private get options(): { cwd: string; env: NodeJS.ProcessEnv } {
    return { cwd: repoRoot, env: this.environment.env };
  }

  private pulumi(args: string[], input?: string): ReturnType<typeof run> {
    const all = [...args, "--stack", this.stack, "--non-interactive"];
    return run(this.environment.pulumi, all, { ...this.options, input });
  }
}

function ownKeys<T>(config: Record<string, T>): Record<string, T> {
  const prefix = `${project}:`;
  const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
}

function existing(stored: Record<string, StoredValue>): ExistingConfig {
  const { secretEnvVars, ...rest } = ownKeys(stored);
  const plain = Object.entries(rest).map(([key, { value, objectValue }]) => [key, objectValue ?? value]);
  return {
    plain: Object.fromEntries(plain) as Record<string, unknown>,
    secrets: (secretEnvVars?.objectValue ?? {}) as Record<string, string>,
    encrypted: new Set(Object.keys(rest).filter((key) => rest[key].secret)),
  };
}

/**
 * Keys whose value is written as one, with what the stack has inside them besides.
 * @throws {UserError} when that holds an encrypted value, which would then be in plain.
 */
function wholeKeys(changes: readonly Change[], before: ExistingConfig): Record<string, StoredValue> {
  const values: Record<string, unknown> = {};
  for (const { path, value } of changes) {
    const [key, inside] = path;
    if (before.encrypted.has(key)) {
      throw new UserError(
        `${key} of the stack is encrypted: remove it (config rm ${key}), then import again`,
      );
    }
    const known = values[key] ?? before.plain[key];
    values[key] = inside === undefined ? value : { ...(isMap(known) ? known : {}), [inside]: value };
  }
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      `${project}:${key}`,
      // Without the second a map would be stored as a text.
      typeof value === "object"
        ? { value: JSON.stringify(value), objectValue: value, secret: false }
        : { value: String(value), secret: false },
    ]),
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
