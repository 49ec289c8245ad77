import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { Secret, Unknown } from "../../host/types";
import { formatBytes, parseBytes } from "../../nomad/capacity";
import { goDuration } from "../../nomad/job/outputs";
import { checkSettings, readSettings } from "../../nomad/settings";

describe("the provider's configuration", () => {
  it("wins over the environment, which fills in the rest", () => {
    const environment = { NOMAD_ADDR: "http://env:4646", NOMAD_TOKEN: "from-env", NOMAD_REGION: "eu" };
    const settings = readSettings(
      { address: "https://config:4646", secretId: new Secret("from-config") },
      environment,
    );
    expect(settings).toMatchObject({ address: "https://config:4646", token: "from-config", region: "eu" });
    expect(readSettings({}, environment)).toMatchObject({ address: "http://env:4646", token: "from-env" });
  });

  it("ignores the variables named in ignoreEnvVars", () => {
    const environment = { NOMAD_ADDR: "http://env:4646", NOMAD_REGION: "eu", NOMAD_NAMESPACE: "web" };
    const inputs = { ignoreEnvVars: '{"NOMAD_REGION": true, "NOMAD_NAMESPACE": true}' };
    expect(readSettings(inputs, environment)).toMatchObject({ region: undefined, namespace: "default" });
    expect(readSettings({}, environment)).toMatchObject({ region: "eu", namespace: "web" });
  });

  it("takes certificates as text or from files, and names a file that can't be read", () => {
    const folder = mkdtempSync(join(tmpdir(), "django-nomad-settings-"));
    const file = join(folder, "ca.pem");
    writeFileSync(file, "from file");
    expect(readSettings({}, { NOMAD_CACERT: file }).tls.ca).toBe("from file");
    expect(readSettings({ caPem: "from text", caFile: file }, {}).tls.ca).toBe("from text");
    rmSync(folder, { recursive: true });
    expect(() => readSettings({ caFile: file }, {})).toThrow(
      `nomad:caFile (or NOMAD_CACERT) names "${file}"`,
    );
  });

  it("reads what travels as JSON text: headers, skipVerify, authJwt", () => {
    const inputs = {
      headers: new Secret('[{"name":"X-Team","value":"web"}]'),
      skipVerify: "true",
      authJwt: '{"authMethod":"ci","loginToken":"jwt"}',
      httpAuth: "user:pass",
    };
    expect(readSettings(inputs, {})).toMatchObject({
      headers: { "X-Team": "web", Authorization: "Basic dXNlcjpwYXNz" },
      authJwt: { authMethod: "ci", loginToken: "jwt" },
      tls: { rejectUnauthorized: false },
    });
    expect(() => readSettings({ headers: "oops" }, {})).toThrow('nomad:headers must be JSON, was "oops"');
  });

  it("without an address, or with a wrong one, says which key to set", () => {
    const [missing] = checkSettings({}, {});
    expect(missing?.property).toBe("address");
    expect(missing?.reason).toMatch(/pulumi config set nomad:address .*NOMAD_ADDR/);
    expect(checkSettings({ address: "localhost:4646" }, {})).toMatchObject([{ property: "address" }]);
    expect(checkSettings({ address: Unknown.instance }, {})).toEqual([]);
    expect(checkSettings({}, { NOMAD_ADDR: "http://127.0.0.1:4646" })).toEqual([]);
  });
});

describe("sizes and durations", () => {
  it("are read in powers of 1024 and of 1000", () => {
    expect([parseBytes("10 GiB"), parseBytes("1kb"), parseBytes("512"), parseBytes("1.5MiB")]).toEqual([
      10 * 1024 ** 3,
      1000,
      512,
      1.5 * 1024 ** 2,
    ]);
    expect(() => parseBytes("10 parsecs")).toThrow('"10 parsecs" is no size');
    expect(() => parseBytes("10 iB")).toThrow("is no size");
  });

  it("are shown as Nomad's tools show them", () => {
    expect([formatBytes(0), formatBytes(10 * 1024 ** 3), formatBytes(1.5 * 1024 ** 2)]).toEqual([
      "0 B",
      "10 GiB",
      "1.5 MiB",
    ]);
    expect([0, 2e9, 300e9, 3600e9, 90.5e9, 5e8].map(goDuration)).toEqual([
      "0s",
      "2s",
      "5m0s",
      "1h0m0s",
      "1m30.5s",
      "500ms",
    ]);
  });
});
