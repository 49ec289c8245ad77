/** Where Pulumi keeps its state. */
import { join } from "node:path";
import { stateDir } from "./paths";

/** The backend that the user chose, or a folder in this clone. */
export function backendUrl(): string {
  return process.env.PULUMI_BACKEND_URL ?? `file://${join(stateDir, "state")}`;
}

/** True when state is kept in this clone. */
export function isLocalBackend(): boolean {
  return process.env.PULUMI_BACKEND_URL === undefined;
}
