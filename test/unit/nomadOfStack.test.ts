import { describe, expect, it } from "@jest/globals";
import { movedNotes, nomadOfStack, nomadSettings } from "../../commands/pulumi/nomadOfStack";

const address = "https://nomad.example.com:4646";

describe("a stack whose config names its Nomad", () => {
  it("has the state's provider, which knows what the last up knew, ask there too", () => {
    const config = {
      "nomad:address": address,
      "nomad:region": "eu",
      "nomad:caFile": "/etc/ca.pem",
      "nomad:certFile": "/etc/cert.pem",
      "nomad:keyFile": "/etc/key.pem",
      "nomad:skipVerify": true,
      "django-nomad:count": 2,
    };
    const { env } = nomadOfStack("prod", nomadSettings(config), undefined, {});
    expect(env).toEqual({
      NOMAD_ADDR: address,
      NOMAD_REGION: "eu",
      NOMAD_CACERT: "/etc/ca.pem",
      NOMAD_CLIENT_CERT: "/etc/cert.pem",
      NOMAD_CLIENT_KEY: "/etc/key.pem",
      NOMAD_SKIP_VERIFY: "true",
    });
  });

  it("is not told anything while its state knows the same, or nothing was deployed yet", () => {
    expect(nomadOfStack("prod", { address }, { address, version: "2.6.1" }, {}).notes).toEqual([]);
    expect(nomadOfStack("prod", { address }, undefined, {}).notes).toEqual([]);
  });

  it("is told where it is looked for when its state was made with NOMAD_ADDR", () => {
    expect(nomadOfStack("prod", { address }, { version: "2.6.1" }, {}).notes).toEqual([
      expect.stringMatching(
        /made with NOMAD_ADDR; .*looked up at https:\/\/nomad\.example\.com:4646\. If that is another/,
      ),
    ]);
  });

  it("is told the way out when its state was made at another address", () => {
    expect(nomadOfStack("prod", { address }, { address: "http://10.0.0.1:4646" }, {}).notes).toEqual([
      "Nomad: the state of stack prod was made at http://10.0.0.1:4646, where a refresh looks. " +
        "If nothing answers there any more, run once: npm run up -- --stack prod --refresh=false",
    ]);
  });

  it.each([
    ["a token", { secretId: { secure: "v1:x" } }, "nomad:secretId"],
    ["the text of a certificate", { caPem: "-----BEGIN" }, "nomad:caPem"],
  ])("is told the way out when %s has come into the config since", (_what, added, named) => {
    const [note, ...others] = nomadOfStack("prod", { address, ...added }, { address }, {}).notes;
    expect(note).toContain(`a refresh does not know ${named} before the next up`);
    expect(note).toContain("npm run up -- --stack prod --refresh=false");
    expect(others).toEqual([]);
  });

  it("is not told of a token that the environment has as well", () => {
    const settings = { address, secretId: { secure: "v1:x" } };
    expect(nomadOfStack("prod", settings, { address }, { NOMAD_TOKEN: "t" }).notes).toEqual([]);
  });
});

describe("a stack on this clone's agent", () => {
  it("is told the way out when its state was made elsewhere, and nothing otherwise", () => {
    expect(movedNotes("dev", "http://127.0.0.1:4746", { address })).toEqual([
      expect.stringContaining("run once: npm run up -- --stack dev --refresh=false"),
    ]);
    expect(movedNotes("dev", "http://127.0.0.1:4746", {})).toEqual([]);
    expect(movedNotes("dev", "http://127.0.0.1:4746", undefined)).toEqual([]);
  });
});
