import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { digestSupport, dropsDigests } from "../../components/guards/digestSupport";
import { keptDigests } from "../../components/guards/keptDigests";
import { FakeNomad } from "../support/fakeNomad";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const tagged = `registry.example.com:5000/shop:1.4@${digest}`;

it.each([
  ["1.9.6", true],
  ["1.9.7", false],
  ["1.9.7-beta.1", true],
  ["1.9.10", false],
  ["1.10.0", false],
  ["2.0.5", false],
  ["v1.8.12+ent", true],
  ["0.12.9", true],
  ["1.9", true],
  ["", false],
])("Nomad %s drops the digest beside a tag: %s", (version, drops) => {
  expect(dropsDigests(version)).toBe(drops);
});

describe("an image with a tag and a digest", () => {
  let nomad: FakeNomad;
  beforeEach(async () => {
    nomad = await FakeNomad.start();
  });
  afterEach(() => nomad.stop());

  const answer = (djangoImage: pulumi.Input<string>, protect = true) =>
    keptDigests(nomad.api(), { djangoImage, protect });
  const versions = (server: string, ...clients: string[]): FakeNomad =>
    nomad
      .answer(
        "/v1/nodes",
        clients.map((Version) => ({ Version })),
      )
      .answer("/v1/agent/self", { config: { Version: { Version: server } } });

  it("is refused under protect where a server or a client drops the digest", async () => {
    for (const [server, client] of [
      ["1.9.6", "1.11.3"],
      ["1.11.3", "1.9.6"],
    ]) {
      versions(server, "1.11.3", client);
      const refusal =
        `djangoImage: is "${tagged}": Nomad before 1.9.7 keeps its tag and drops its digest. ` +
        `Write registry.example.com:5000/shop@${digest} (this is Nomad 1.9.6)\nprotect is true: nothing was changed`;
      expect(await answer(tagged)).toEqual({ refusal });
      expect(await answer(pulumi.output(tagged))).toEqual({ refusal });
    }
  });

  it("is warned about where nothing is protected", async () => {
    versions("1.9.6", "1.9.6");
    const { refusal, warning } = await answer(tagged, false);
    expect([refusal, warning]).toEqual([undefined, expect.stringContaining("(this is Nomad 1.9.6)")]);
  });

  it("is taken by a Nomad that keeps it, and warned about where the token may not ask", async () => {
    versions("1.11.3", "1.9.7");
    expect(await answer(tagged)).toEqual({});
    for (const path of ["/v1/nodes", "/v1/agent/self"]) nomad.refuse(path, 403, "Permission denied");
    const { refusal, warning } = await answer(tagged);
    expect([refusal, warning]).toEqual([
      undefined,
      expect.stringContaining("(this token may not ask for Nomad's version)"),
    ]);
    expect(await digestSupport(nomad.api())).toEqual({ tooOld: undefined, asked: false });
  });

  it("is asked about only when there is one: a digest alone every Nomad keeps", async () => {
    versions("1.9.6", "1.9.6");
    expect(await answer(`registry.example.com:5000/shop@${digest}`)).toEqual({});
    expect(nomad.asked).toEqual([]);
  });
});
