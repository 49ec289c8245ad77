/** Fields of a job that not every supported Nomad knows: an older one drops them silently. */

export interface NewerField {
  /** For example `TaskGroups[0].Tasks[1].Identities[0].ExtraClaims`. */
  path: string;
  /** The first Nomad that knows it. */
  since: string;
  /** Whose it is, for messages. @default "transform" */
  by?: string;
}

/** Of what came after Nomad 1.8.0, by Nomad's changelog: the end of a path, without the numbers of lists. */
const firstVersions: readonly [path: RegExp, since: string][] = [
  [/\bServices\.Checks\.Notes$/, "1.8.1"],
  [/\bNetworks\.CNI\.Args$/, "1.8.2"],
  [/\bResources\.SecretsMB$/, "1.8.3"],
  [/\bNetworks\.(Dynamic|Reserved)Ports\.IgnoreCollision$/, "1.9.0"],
  [/\b(Identity|Identities)\.Filepath$/, "1.9.0"],
  [/\bTasks\.Artifacts\.Chown$/, "1.9.2"],
  [/^TaskGroups\.Volumes\..+\.Sticky$/, "1.10.0"],
  [/^TaskGroups\.(Tasks\.)?Services\.Kind$/, "1.10.3"],
  [/\bTasks\.Secrets$/, "1.11.0"],
  [/\bSidecarTask\.Identities$/, "1.11.1"],
  [/^TaskGroups\.MaxRunDuration$/, "2.0.3"],
  [/\bChangeScript\.RunOnFirstRender$/, "2.0.5"],
  [/\b(Identity|Identities)\.ExtraClaims$/, "2.0.5"],
];

/** The fields that a job sets, in their order. False, 0 and an empty text say what a Nomad does that lacks the field. Pure. */
export function newerFields(value: unknown, path = ""): NewerField[] {
  if (!value) return [];
  const plain = path.replace(/\[\d+\]/g, "");
  const known = firstVersions.find(([pattern]) => pattern.test(plain));
  if (known && !path.endsWith("]")) return [{ path, since: known[1] }];
  if (Array.isArray(value)) return value.flatMap((item, index) => newerFields(item, `${path}[${index}]`));
  if (typeof value !== "object") return [];
  return Object.entries(value).flatMap(([field, inner]) =>
    newerFields(inner, path ? `${path}.${field}` : field),
  );
}
