import { describe, expect, it } from "@jest/globals";
import { majorLabel, majorOfTag, versionRefusal } from "../../components/arguments/postgresVersion";

describe("the major version of a PostgreSQL image", () => {
  it.each([
    ["postgres:16", 16],
    ["postgres:9.6-alpine", 9],
    ["postgres:17.2-bookworm@sha256:0123", 17],
    ["registry.example.com:5000/db/postgis:15-3.4", 15],
    ["timescale/timescaledb:2.17.2-pg16", 16],
    ["pgvector/pgvector:pg17", 17],
  ])("is read from the tag of %s", (image, major) => {
    expect(majorOfTag(image)).toBe(major);
  });

  it.each([
    "postgres",
    "postgres:latest",
    "postgres@sha256:16",
    "registry:5000/postgres",
    "postgres:2024-01",
  ])("is not guessed from %s", (image) => {
    expect(majorOfTag(image)).toBeUndefined();
  });
});

describe("a volume of another major version", () => {
  const volume = { name: "shop-pgdata", labels: [{ label: majorLabel, value: "15" }] };

  it("is refused with both versions, the volume and the way to move the rows", () => {
    expect(versionRefusal({ image: "postgres:16" }, volume)).toBe(
      'postgres.image is "postgres:16", which is PostgreSQL 16, but the volume shop-pgdata was made for PostgreSQL 15, ' +
        "whose rows it can't read. The database was not touched. Go back to an image of version 15, or move the rows: " +
        'docs/database.md, "A new major version". If no server has ever started on it, remove it: docker volume rm shop-pgdata',
    );
  });

  it("is taken when the version is the same, or when nothing tells it", () => {
    expect(versionRefusal({ image: "postgres:15.8" }, volume)).toBeUndefined();
    expect(versionRefusal({ image: "postgres:16" }, { name: "made-by-hand", labels: [] })).toBeUndefined();
  });
});
