import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  backendUrl,
  encryptsWithPassphrase,
  ensurePrivateState,
  isLocalBackend,
  requireLocalBackend,
} from "../../commands/pulumi/backend";
import { stubEnv, unstubAllEnvs } from "../support/stubEnv";

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe("state in the clone's own backend", () => {
  let folder: string;
  let state: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "django-nomad-state-"));
    state = join(folder, "state");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is made for its owner's eyes only", () => {
    ensurePrivateState(state);
    expect(mode(state)).toBe("700");
  });

  it("is closed to others, folders and files, when it is there already", () => {
    const stacks = join(state, ".pulumi", "stacks");
    mkdirSync(stacks, { recursive: true });
    const file = join(stacks, "own.json");
    writeFileSync(file, "{}");
    for (const path of [state, join(state, ".pulumi"), stacks]) chmodSync(path, 0o755);
    chmodSync(file, 0o644);
    ensurePrivateState(state);
    expect([state, join(state, ".pulumi"), stacks, file].map(mode)).toEqual(["700", "700", "700", "600"]);
  });

  it("has what a link in it leads to left alone", () => {
    const elsewhere = join(folder, "elsewhere");
    writeFileSync(elsewhere, "");
    chmodSync(elsewhere, 0o644);
    mkdirSync(state, { mode: 0o755 });
    symlinkSync(elsewhere, join(state, "link"));
    ensurePrivateState(state);
    expect(mode(elsewhere)).toBe("644");
  });
});

describe("backends", () => {
  afterEach(unstubAllEnvs);

  it("that an empty variable names are the clone's own, as for Pulumi", () => {
    stubEnv("PULUMI_BACKEND_URL", "");
    expect([isLocalBackend(), backendUrl()]).toEqual([true, expect.stringMatching(/^file:.*state$/)]);
    expect(() => requireLocalBackend("npm start")).not.toThrow();
  });

  it.each([
    ["file:///srv/state", true],
    ["file://~", true],
    ["s3://bucket", true],
    ["gs://bucket", true],
    ["azblob://container", true],
    ["https://api.pulumi.com", false],
    ["http://pulumi.example.com", false],
  ])("%s encrypts with a passphrase: %s", (url, expected) => {
    expect(encryptsWithPassphrase(url)).toBe(expected);
  });
});
