import { describe, expect, it } from "@jest/globals";
import {
  movedNotes,
  nomadOfStack,
  nomadSettings,
  settingText,
  unknownSetting,
} from "../../commands/pulumi/nomadOfStack";
import { nomadVariables } from "../../commands/pulumi/nomadVariables";
import { noSuchFile } from "../../commands/pulumi/stackFile";
import { nomadArgNames } from "../../components/nomad/nomadArgs";

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
      "Nomad: a refresh asks http://10.0.0.1:4646, the address in the state of stack prod. " +
        "If nothing answers there any more, run once: npm run up -- --stack prod --refresh=false",
    ]);
  });

  it.each([
    ["a token", { secretId: { secure: "v1:x" } }, "nomad:secretId"],
    ["the text of a certificate", { caPem: "-----BEGIN" }, "nomad:caPem"],
  ])("is told the way out when %s has come into the config since", (_what, added, named) => {
    const [note, ...others] = nomadOfStack("prod", { address, ...added }, { address }, {}).notes;
    expect(note).toContain(`a refresh does not use ${named} until the next \`up\``);
    expect(note).toContain("npm run up -- --stack prod --refresh=false");
    expect(others).toEqual([]);
  });

  it("is not told of a token that the environment has as well", () => {
    const settings = { address, secretId: { secure: "v1:x" } };
    expect(nomadOfStack("prod", settings, { address }, { NOMAD_TOKEN: "t" }).notes).toEqual([]);
  });
});

describe("a setting of a stack's file, which npm run nomad-login reads without Pulumi", () => {
  it.each<[value: unknown, text: string | undefined]>([
    [address, address],
    [true, "true"],
    [[{ name: "X-Team", value: "web" }], '[{"name":"X-Team","value":"web"}]'],
    [{ NOMAD_REGION: true }, '{"NOMAD_REGION":true}'],
    [undefined, undefined],
  ])("is what the provider gets: %j", (value, text) => {
    expect(settingText(value)).toBe(text);
  });
});

describe("a stack whose file misspells something", () => {
  it("is told the setting of Nomad's provider that nobody reads, and the one that was meant", () => {
    expect(unknownSetting("Pulumi.prod.yaml", { adress: address })).toBe(
      "Pulumi.prod.yaml has nomad:adress, which Nomad's provider does not know. Did you mean nomad:address?",
    );
    expect(unknownSetting("Pulumi.prod.yaml", { address, secretID: "x" })).toContain(
      "Did you mean nomad:secretId?",
    );
    expect(unknownSetting("Pulumi.prod.yaml", { authJwt: {} })).toContain(
      "Pulumi.prod.yaml: nomad:authJwt is not supported: only Nomad's provider would sign in with it",
    );
    expect(unknownSetting("Pulumi.prod.yaml", { elsewhere: true })).toContain(
      "It knows nomad:address, nomad:region,",
    );
  });

  it("is told nothing of what the provider and Pulumi itself know", () => {
    const known = Object.fromEntries(
      [...nomadArgNames, "version", "pluginDownloadURL"].map((name) => [name, ""]),
    );
    expect(unknownSetting("Pulumi.prod.yaml", known)).toBeUndefined();
  });
});

describe("a stack without a file", () => {
  it.each(["stagin", "organization/django-nomad/stagin"])("is told the stacks that have one: %s", (stack) => {
    const said =
      /^There is no Pulumi\.stagin\.yaml\. Did you mean staging\? .* here: .*\bdev, .*prod, .*staging/;
    expect(noSuchFile(stack)).toMatch(said);
    expect(() => nomadVariables(stack, undefined)).toThrow(said);
  });

  it("is asked about no name that is far from all of them", () => {
    expect(noSuchFile("elsewhere")).toMatch(
      /^There is no Pulumi\.elsewhere\.yaml\. The stacks that have a file here: /,
    );
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
