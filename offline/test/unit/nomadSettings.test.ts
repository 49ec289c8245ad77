import { describe, expect, it } from "@jest/globals";
import { NomadClient } from "../../nomad/client";
import { readSettings } from "../../nomad/settings";

describe("the offline nomad plugin of a stack whose config names its Nomad", () => {
  it("asks there from the environment that the commands give it", () => {
    const address = "https://nomad.example.com:4646";
    const { settings } = new NomadClient(readSettings({}, { NOMAD_ADDR: address, NOMAD_REGION: "eu" }));
    expect(settings).toMatchObject({ address, region: "eu" });
  });
});

describe("the offline nomad plugin without an address, as a refresh of a state that was made with NOMAD_ADDR starts it", () => {
  it("says what is missing and the way out, and not that a URL is invalid", async () => {
    const client = new NomadClient(readSettings({}, {}));
    await expect(client.get("/v1/jobs")).rejects.toThrow(
      /^Nomad's address is not known here: .*NOMAD_ADDR.*`pulumi up --refresh=false`/,
    );
  });
});
