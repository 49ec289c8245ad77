/** A Nomad variable that is there already, and that another stack or another tool wrote. */
import type * as pulumi from "@pulumi/pulumi";
import { printable } from "../messages/printable";
import { placeOptions } from "../nomad/api";

export interface GuardedVariable {
  path: string;
  /** What it will hold. */
  items: pulumi.Output<Record<string, string>>;
  /** The argument that the items are from. */
  source: string;
}

/** Where it is, for commands; unset, where none is named. */
export interface InPlace {
  namespace?: string;
  region?: string;
}

/** Why a variable that is there already must not be overwritten; names only. */
export function variableRefusal(
  { path, source, namespace, region }: Pick<GuardedVariable, "path" | "source"> & InPlace,
  there: Readonly<Record<string, string>>,
  ours: Readonly<Record<string, string>>,
  adopt: boolean,
): string | undefined {
  const lost = Object.keys(there).filter((name) => !(name in ours));
  const changed = Object.keys(there).filter((name) => name in ours && ours[name] !== there[name]);
  const begin = `Nomad variable ${path} already exists, and this stack did not write it. It was not changed.`;
  if (lost.length > 0) {
    const add = source === "secretEnvVars" ? "add them, or " : "";
    return `${begin} It holds ${printable(lost.join(", "))}, which ${source} lacks: ${add}remove the variable (nomad var purge${placeOptions({ region, namespace })} ${path})`;
  }
  if (changed.length === 0 || adopt) return undefined;
  return `${begin} ${source} has other values for ${printable(changed.join(", "))}: pulumi config set adopt true overwrites them`;
}
