/** How a job says whose it is. */
import type { AppSpec } from "./appSpec";
import { ownerIdMetaKey, ownerMetaKey } from "./names";

export function ownerMeta({ owner, ownerId }: Pick<AppSpec, "owner" | "ownerId">): Record<string, string> {
  return {
    ...(owner === undefined ? {} : { [ownerMetaKey]: owner }),
    ...(ownerId === undefined ? {} : { [ownerIdMetaKey]: ownerId }),
  };
}
