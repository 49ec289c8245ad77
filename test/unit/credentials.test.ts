import { inspect } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { djangoAppProblems, djangoAppWarnings } from "../../components";
import { withoutCredentials } from "../../components/nomad/address";
import { checkArguments, keys } from "../../components/arguments";
import type { Rows } from "../../components/arguments/row";
import { NomadApi } from "../../components/nomad/api";
import { movedNotes, nomadOfStack } from "../../commands/pulumi/nomadOfStack";
import { shown } from "../../commands/base/step";
import { runProgram } from "../support/engine";
import { configProblems } from "../support/stackConfig";

const user = "deployer";
const word = "hunter2hunter2";
const address = (scheme: string, host: string): string => `${scheme}://${user}:${word}@${host}`;
const message = (error: unknown): string => (error as Error).message;

describe("credentials in an address", () => {
  it.each([
    ["https://u:pw@nomad:4646/x", "https://***@nomad:4646/x"],
    ["https://token@nomad", "https://***@nomad"],
    ['is "https://u:p/w@d@nomad:4646", and', 'is "https://***@nomad:4646", and'],
    ["https://u:p%40w@[::1]:4646", "https://***@[::1]:4646"],
    [JSON.stringify('postgres://u:p"w@db/shop'), '"postgres://***@db/shop"'],
    ["u:pw@registry.example.com/shop:1", "***@registry.example.com/shop:1"],
    ["http://u:p'w`d@nomad:4646", "http://***@nomad:4646"],
    ["u:pw@db.example.com:5432/shop", "***@db.example.com:5432/shop"],
    ["u:pw@db:5432", "***@db:5432"],
    ["u:pw@localhost", "***@localhost"],
    ["//u:pw@nomad:4646", "//***@nomad:4646"],
    ["http:/u:pw@nomad:4646", "http:/***@nomad:4646"],
    [String.raw`"https:\/\/u:pw@nomad"`, String.raw`"https:\/\/***@nomad"`],
    [
      "postgres://db/shop?user=u&password=pw&sslmode=require",
      "postgres://db/shop?user=u&password=***&sslmode=require",
    ],
    ["redis://:pw@cache and mysql://u:pw@db", "redis://***@cache and mysql://***@db"],
  ])("are taken out: %s", (text, shown) => {
    expect(withoutCredentials(text)).toBe(shown);
  });

  it.each([
    "https://nomad.example.com/v1/jobs?namespace=a@b",
    `registry.example.com:5000/shop:1@sha256:${"0".repeat(64)}`,
    `shop:1@sha512:${"0".repeat(128)}`,
    "postgres://db/shop?sslmode=require&keepalives=1",
    "shop:1@sha256:0123",
    "mail ops@example.com",
    "count: 5 is not x@y",
  ])("leave a text without any as it is: %s", (text) => {
    expect(withoutCredentials(text)).toBe(text);
  });

  const given = [
    address("http", "nomad.example.com:4646"),
    address("https", "nomad.example.com:4646"),
    `${user}:${word}@nomad.example.com:4646`,
  ];

  it("are shown by no problem or warning, whatever key they stand in", async () => {
    const said: string[] = [];
    for (const value of [
      ...given,
      address("postgres", "db/shop"),
      `${address("https", "r.example.com")}/shop:1`,
    ]) {
      for (const [key, { type }] of Object.entries<Rows[string]>(keys)) {
        const fields = Object.keys(type.rows ?? {});
        const shapes = [
          value,
          [value],
          ...fields.flatMap((field) => [{ [field]: value }, [{ [field]: value }], { [field]: [value] }]),
        ];
        for (const shape of shapes) {
          const { problems, warnings } = checkArguments({
            djangoImage: "shop:1",
            protect: true,
            [key]: shape,
          });
          said.push(...[...problems, ...warnings].map((one) => `${key}: ${one.key}: ${one.message}`));
        }
      }
    }
    expect(said.length).toBeGreaterThan(1000);
    expect(said.filter((line) => line.includes(word))).toEqual([]);
  });

  it("are shown by no refusal of a way in the clear", async () => {
    const config = { "nomad:address": given[0] };
    const registryAuth = { username: "ci", password: "x", serverAddress: "http://r.example.com" };
    const args = { djangoImage: "r.example.com/shop:1", immutableTags: true, registryAuth };
    const warned = (await runProgram(() => djangoAppWarnings(args), { config })).result;
    const refused = (await runProgram(() => djangoAppProblems({ ...args, protect: true }), { config }))
      .result;
    const inConfig = await configProblems({ protect: true, immutableTags: true, ...config });
    for (const text of [...warned, ...refused].map((one) => one.message).concat(inConfig)) {
      expect(text).toMatch(/http:\/\/(\*\*\*@nomad|r)\.example\.com/);
      expect(text).not.toContain(word);
    }
    expect(warned.map(({ key }) => key).slice(-2)).toEqual(["nomad:address", "registryAuth.serverAddress"]);
    expect(refused.map(({ key }) => key)).toEqual(["nomad:address", "registryAuth.serverAddress"]);
  });

  it("are shown by no command, whatever address it speaks of", () => {
    for (const scheme of ["tcp", "ssh", "s3", "https"]) {
      const said = shown(`Docker at DOCKER_HOST=${address(scheme, "10.0.0.1:2376")} does not answer`);
      expect(said).toBe(`Docker at DOCKER_HOST=${scheme}://***@10.0.0.1:2376 does not answer`);
    }
  });

  it("are shown by no message about a Nomad that does not answer", async () => {
    const there = address("http", "127.0.0.1:9");
    const api = new NomadApi({ address: there }, undefined, AbortSignal.timeout(5_000));
    const said = await api.get("/v1/jobs").then(() => "an answer", message);
    expect(said).toContain("http://***@127.0.0.1:9");
    expect(said).not.toContain(word);
  });

  it("are shown by no message about an address that is none", async () => {
    const api = new NomadApi(
      { address: address("http", "nomad:99999999") },
      undefined,
      AbortSignal.timeout(5_000),
    );
    const error: unknown = await api.get("/v1/jobs").catch((reason: unknown) => reason);
    expect(message(error)).toContain(
      'is "http://***@nomad:99999999", not an address such as https://HOST:4646',
    );
    expect(inspect(error, { depth: null })).not.toContain(word);
  });

  it("are shown by no note about a stack's Nomad", () => {
    const known = { address: given[0] };
    const notes = [
      ...movedNotes("prod", "https://other", known),
      ...nomadOfStack("prod", { address: given[1] }, known, {}).notes,
      ...nomadOfStack("prod", { address: given[1] }, {}, {}).notes,
    ];
    expect(notes.length).toBeGreaterThan(2);
    expect(notes.join("\n")).not.toContain(word);
  });
});
