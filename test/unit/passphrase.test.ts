import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import {
  developmentPassphrase,
  developmentSalt,
  opens,
  passphraseFor,
  type PassphraseAnswer,
  type PassphraseQuestion,
} from "../../commands/pulumi/passphrase";
import { repoRoot } from "../../commands/base/paths";
import { UserError } from "../../commands/base/step";

const ours = "made with: ours";
const open = { well: `made with: ${developmentPassphrase}`, empty: "made with: " };
/** What is tried takes a fifth of a second each time: here a salt says what opens it. */
const tries = (passphrase: string, salt: string): Promise<boolean> =>
  Promise.resolve(
    salt === developmentSalt ? passphrase === developmentPassphrase : salt === `made with: ${passphrase}`,
  );

function ask(question: Partial<PassphraseQuestion>): Promise<PassphraseAnswer> {
  return passphraseFor({ stack: "staging", needed: true, env: {}, tries, ...question });
}

function refusal(question: Partial<PassphraseQuestion>): Promise<string> {
  return ask(question).then(
    () => "not refused",
    (error: unknown) => (error instanceof UserError ? error.message : `not for users: ${String(error)}`),
  );
}

const given = (passphrase: string): NodeJS.ProcessEnv => ({ PULUMI_CONFIG_PASSPHRASE: passphrase });

describe("the dev stack's passphrase", () => {
  it("opens the Pulumi.dev.yaml that comes with the project", async () => {
    const file = parse(readFileSync(join(repoRoot, "Pulumi.dev.yaml"), "utf8")) as { encryptionsalt: string };
    expect(file.encryptionsalt).toBe(developmentSalt);
    expect(await opens(developmentPassphrase, developmentSalt)).toBe(true);
    expect(await opens("another", developmentSalt)).toBe(false);
  });

  it.each([
    ["nothing", {}],
    ["a passphrase of other stacks", given("ours")],
    ["an empty one", given("")],
    ["a file", { PULUMI_CONFIG_PASSPHRASE_FILE: "/nowhere" }],
  ])("is its own with %s in the caller's environment", async (_, env) => {
    for (const stack of ["dev", "organization/django-nomad/dev"]) {
      expect(await ask({ stack, salt: developmentSalt, env })).toEqual({
        env: { PULUMI_CONFIG_PASSPHRASE: developmentPassphrase, PULUMI_CONFIG_PASSPHRASE_FILE: undefined },
        notes: [],
      });
    }
  });

  it("is not changed, and a dev file with another one is named", async () => {
    expect(await refusal({ stack: "dev", changing: true })).toContain(
      "The passphrase of the dev stack can't be changed",
    );
    expect(await refusal({ stack: "dev", salt: ours })).toContain("git checkout Pulumi.dev.yaml");
  });
});

describe("the passphrase of any other stack", () => {
  it.each([
    ["a new stack", { salt: undefined }],
    ["a stack that asks for its name", { stack: undefined }],
    ["one that is there", { salt: ours }],
    ["one whose passphrase is empty in the environment", { salt: ours, env: given("") }],
    ["a change of the passphrase", { salt: ours, changing: true }],
    ["a change for a stack that is new", { changing: true }],
  ])("is asked for, with the way to set it: %s", async (_, question) => {
    const message = await refusal(question);
    expect(message).toContain("needs a passphrase");
    expect(message).toContain("read -rs PULUMI_CONFIG_PASSPHRASE && export PULUMI_CONFIG_PASSPHRASE");
    expect(message).toContain("Nothing was changed");
  });

  it("is the caller's, from the variable or from a file, and stays in the caller's environment", async () => {
    expect(await ask({ env: given("ours") })).toEqual({ env: {}, notes: [] });
    expect(await ask({ env: given("ours"), salt: ours })).toEqual({ env: {}, notes: [] });
    expect(await ask({ env: given("ours"), salt: ours, changing: true })).toEqual({ env: {}, notes: [] });
  });

  describe("in a file", () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "django-nomad-passphrase-"));
      writeFileSync(join(folder, "right"), "ours\n");
      writeFileSync(join(folder, "wrong"), "theirs\n");
    });
    afterAll(() => rmSync(folder, { recursive: true }));
    const inFile = (name: string): NodeJS.ProcessEnv => ({
      PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, name),
    });

    it("is read without the line's end; a wrong one and a missing file are named by their variable", async () => {
      expect(await ask({ env: inFile("right"), salt: ours })).toEqual({ env: {}, notes: [] });
      expect(await refusal({ env: inFile("wrong"), salt: ours })).toMatch(
        /^incorrect passphrase: \w+_FILE does not/,
      );
      expect(await refusal({ env: inFile("missing"), salt: ours })).toMatch(/can't be read \(ENOENT\)/);
    });
  });

  it("is not asked for where a cloud KMS key or Pulumi's service encrypts", async () => {
    expect(await ask({ needed: false })).toEqual({ env: {}, notes: [] });
  });

  it("that is wrong is named in one message", async () => {
    for (const changing of [false, true]) {
      expect(await refusal({ salt: ours, env: given("theirs"), changing })).toMatch(
        /^incorrect passphrase: PULUMI_CONFIG_PASSPHRASE does not open the secrets of stack staging\./,
      );
    }
  });

  it("is left to Pulumi's judgement when the salt has a form that only Pulumi knows", async () => {
    expect(await ask({ salt: "v2:unknown", env: given("any"), tries: opens })).toEqual({
      env: {},
      notes: [],
    });
  });

  it("may be the dev stack's when the caller says so, with a caution", async () => {
    const { env, notes } = await ask({ salt: open.well, env: given(developmentPassphrase) });
    expect(env).toEqual({});
    expect(notes).toEqual([expect.stringContaining("the public one")]);
  });
});

describe("a stack that was made with a passphrase that everybody knows", () => {
  it.each(Object.entries(open))(
    "is refused with the command that changes it, whatever is set (%s)",
    async (_, salt) => {
      for (const env of [{}, given(""), given("ours")]) {
        const message = await refusal({ salt, env });
        expect(message).toContain("a public passphrase");
        expect(message).toContain(
          "npm run pulumi -- stack change-secrets-provider passphrase --stack staging",
        );
        expect(message).toContain("Nothing was changed");
      }
    },
  );

  it.each([
    ["well", developmentPassphrase],
    ["empty", ""],
  ] as const)("is opened by that command alone (%s)", async (kind, passphrase) => {
    for (const env of [{}, given("ours")]) {
      const answer = await ask({ salt: open[kind], env, changing: true });
      expect(answer.env).toEqual({
        PULUMI_CONFIG_PASSPHRASE: passphrase,
        PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
      });
      expect(answer.notes).toEqual([expect.stringContaining("Now enter a new one")]);
    }
  });
});
