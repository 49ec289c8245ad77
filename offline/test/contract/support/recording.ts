import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A JSON object as the protocol has it, with its marks for secrets and unknowns. */
export type Json = Record<string, unknown>;

/** One call of the engine to the published plugin, and what the plugin answered. */
export interface Exchange {
  method: "Check" | "Diff" | "Create" | "Read" | "Update" | "Delete";
  /** The step of the recorded program, for example `3-unchanged`. */
  step: string;
  request: {
    urn: string;
    name: string;
    type: string;
    id?: string;
    news?: Json;
    olds?: Json;
    oldInputs?: Json;
    properties?: Json;
    inputs?: Json;
    preview?: boolean;
  };
  response?: Json;
  errors?: string[];
}

/** The exchanges in `test/contract/recordings/PLUGIN.jsonl`, in their order. */
export function readRecording(plugin: string): Exchange[] {
  const file = join(__dirname, "..", "recordings", `${plugin}.jsonl`);
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as Exchange);
}

/** What to call an exchange in a test title: its step, method and resource. */
export function titleOf({ step, method, request }: Exchange): string {
  const type = request.type.split(":").pop() ?? request.type;
  return `${step}: ${request.preview === true ? "preview of " : ""}${method} ${type} ${request.name}`;
}
