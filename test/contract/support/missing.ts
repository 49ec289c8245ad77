/** What was set and did not come back: each path with both values; empty when all did. */
export function missing(set: unknown, kept: unknown, path = ""): string[] {
  if (Array.isArray(set)) {
    const items: unknown[] = Array.isArray(kept) ? kept : [];
    return set.flatMap((item, index) => missing(item, items[index], `${path}[${index}]`));
  }
  if (set !== null && typeof set === "object") {
    const fields = (kept ?? {}) as Record<string, unknown>;
    return Object.entries(set).flatMap(([field, value]) =>
      missing(value, fields[field], path ? `${path}.${field}` : field),
    );
  }
  return Object.is(set, kept)
    ? []
    : [`${path}: set to ${JSON.stringify(set)}, came back as ${JSON.stringify(kept) ?? "undefined"}`];
}
