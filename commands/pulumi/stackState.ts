/** What the local backend's files say of this clone's stacks: the CLI would take a second to say the same. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { backendUrl, isLocalBackend } from "./backend";
import { repoRoot, stateDir } from "../base/paths";
import { pulumiHome } from "./publishedPlugins";

/** A resource of a stack's state. */
export interface Resource {
  urn: string;
  type: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** What an update that was killed had begun. */
export interface PendingOperation {
  type: string;
  resource: { type: string; inputs?: { name?: string; jobspec?: string; path?: string } };
}

interface Latest {
  resources?: Resource[];
  pending_operations?: PendingOperation[];
  secrets_providers?: { type?: string; state?: { salt?: string } };
}

/** A file or folder of the local backend. */
export function backendPath(...parts: string[]): string {
  return join(stateDir, "state", ".pulumi", ...parts);
}

/** Names of the stacks of this clone's own backend. */
export function stacks(): string[] {
  const folder = backendPath("stacks", "django-nomad");
  if (!isLocalBackend() || !existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length));
}

/** The stack that was made or selected last, as Pulumi remembers it for this project and backend. */
export function selectedStack(): string | undefined {
  const project = createHash("sha1").update(join(repoRoot, "Pulumi.yaml")).digest("hex");
  const file = join(pulumiHome, "workspaces", `django-nomad-${project}-workspace.json`);
  if (!existsSync(file)) return undefined;
  const { stacks: byBackend, stack } = JSON.parse(readFileSync(file, "utf8")) as {
    stacks?: Record<string, string>;
    stack?: string;
  };
  const selected = byBackend ? byBackend[backendUrl()] : stack;
  // The organization that every stack of a folder or bucket is in.
  return selected?.replace(/^organization\/django-nomad\//, "") || undefined;
}

/** The state of a stack after its last update; empty when there was none. */
export function latestState(stack: string): Latest & Required<Omit<Latest, "secrets_providers">> {
  const file = backendPath("stacks", "django-nomad", `${stack.split("/").at(-1)}.json`);
  const nothing = { resources: [], pending_operations: [] };
  if (!isLocalBackend() || !existsSync(file)) return nothing;
  const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as { checkpoint: { latest?: Latest } };
  return { ...nothing, ...checkpoint.latest };
}

/** What a stack's state says of its passphrase, for a stack whose file has lost it. */
export function stateSalt(stack: string): string | undefined {
  return latestState(stack).secrets_providers?.state?.salt;
}

/** What the last update of a stack told Nomad's provider; undefined when there was none. */
export function nomadProvider(stack: string): Record<string, unknown> | undefined {
  const isDefault = /::pulumi:providers:nomad::default/;
  return latestState(stack).resources.find(({ urn }) => isDefault.test(urn))?.inputs;
}

/** Whether the last update of a stack found every resource as the program describes it. */
export function changedNothing(stack: string): boolean {
  const folder = backendPath("history", "django-nomad", stack);
  if (!isLocalBackend() || !existsSync(folder)) return false;
  // Their names hold the time.
  const last = readdirSync(folder)
    .filter((file) => file.endsWith(".history.json"))
    .sort()
    .at(-1);
  if (last === undefined) return false;
  const { resourceChanges } = JSON.parse(readFileSync(join(folder, last), "utf8")) as {
    resourceChanges?: Record<string, number>;
  };
  return Object.keys(resourceChanges ?? {}).join() === "same";
}
