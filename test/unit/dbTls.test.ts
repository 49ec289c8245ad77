/** The first question to a server already carries the owner's password. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { tlsOf } from "../../commands/db/client";

let folder: string;
let sslRootCert: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "django-nomad-tls-"));
  sslRootCert = join(folder, "authority.pem");
  writeFileSync(sslRootCert, "the authority\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(["verify-full", "verify-ca", "require"])(
  "with %s and an authority no certificate of another authority is taken",
  (sslmode) => {
    expect(tlsOf({ sslmode, sslRootCert })).toMatchObject({ ca: "the authority\n" });
    expect(tlsOf({ sslmode, sslRootCert })).not.toHaveProperty("rejectUnauthorized");
  },
);

it("without one of its own, verify-ca and verify-full trust the system's authorities alone", () => {
  for (const sslmode of ["verify-ca", "verify-full"])
    expect(tlsOf({ sslmode })).not.toHaveProperty("rejectUnauthorized");
});

it("only verify-full compares the server's name", () => {
  expect(tlsOf({ sslmode: "verify-ca", sslRootCert })).toHaveProperty("checkServerIdentity");
  expect(tlsOf({ sslmode: "verify-full", sslRootCert })).not.toHaveProperty("checkServerIdentity");
});

it("require without an authority encrypts and checks nothing, and disable does neither", () => {
  expect(tlsOf({ sslmode: "require" })).toEqual({ rejectUnauthorized: false });
  expect(tlsOf({ sslmode: "disable" })).toBe(false);
});
