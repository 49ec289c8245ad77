/** Texts of a whole job: the user's, and whose job it is. */
import type { AppSpec } from "./appSpec";
import { ownerIdMetaKey, ownerMetaKey } from "./names";

export function ownerMeta({ owner, ownerId }: Pick<AppSpec, "owner" | "ownerId">): Record<string, string> {
  return {
    ...(owner === undefined ? {} : { [ownerMetaKey]: owner }),
    ...(ownerId === undefined ? {} : { [ownerIdMetaKey]: ownerId }),
  };
}

/** A change replaces every allocation. */
export function jobMeta(spec: Pick<AppSpec, "jobMeta" | "owner" | "ownerId">): {
  Meta?: Record<string, string>;
} {
  const all = { ...spec.jobMeta, ...ownerMeta(spec) };
  return Object.keys(all).length > 0 ? { Meta: all } : {};
}
