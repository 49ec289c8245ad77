import { afterEach, describe, expect, it } from "@jest/globals";
import { stubEnv, unstubAllEnvs } from "../../../test/support/stubEnv";
import { hostFailure } from "../../docker/address";
import { NomadClient } from "../../nomad/client";
import { checkSettings, readSettings } from "../../nomad/settings";

const word = "hunter2hunter2";
const address = (scheme: string, host: string): string => `${scheme}://deployer:${word}@${host}`;

describe("credentials in an address", () => {
  afterEach(() => unstubAllEnvs());

  it("are shown by no message about a Nomad that does not answer", async () => {
    const client = new NomadClient(readSettings({ address: address("http", "127.0.0.1:9") }, {}));
    const said = await client.get("/v1/jobs").then(
      () => "an answer",
      (error: unknown) => (error as Error).message,
    );
    expect(said).toContain("http://***@127.0.0.1:9");
    expect(said).not.toContain(word);
  });

  it("are shown by no plugin that refuses them", () => {
    stubEnv("NOMAD_ADDR", address("ftp", "nomad"));
    const [failure] = checkSettings({});
    expect(failure.reason).toContain("ftp://***@nomad");
    for (const scheme of ["ssh", "ftp"])
      expect(hostFailure(address(scheme, "docker"))?.reason).toContain(`is ${scheme}://***@docker, `);
  });
});
