import { describe, expect, it } from "@jest/globals";
import { choose } from "../../commands/pulumi/stackChoice";

const words = (line: string): string[] => line.split(" ").filter(Boolean);
const pulumi = (line: string, env: NodeJS.ProcessEnv = {}, selected?: string): ReturnType<typeof choose> =>
  choose("pulumi", words(line), env, selected);

describe("the stack that a command means", () => {
  it.each([
    ["up", ""],
    ["preview", "-c count=3"],
    ["refresh", "--yes"],
    ["destroy", "-y"],
  ])("npm run %s -- %s means dev, whatever is selected", (verb, line) => {
    const { stack } = choose(verb, words(line), { PULUMI_STACK: "prod" }, "staging");
    expect(stack).toBe("dev");
  });

  it.each([
    ["up --stack staging", "staging"],
    ["up -s staging", "staging"],
    ["up -ys staging", "staging"],
    ["up -yfsstaging", "staging"],
    ["up --stack dev --stack staging", "staging"],
    ["config set --secret key value -s=staging", "staging"],
    ["-C . --color never config set key value --stack staging", "staging"],
    ["config set key -- --stack", "selected"],
    ["stack init staging", "staging"],
    ["stack new staging", "staging"],
    ["--color never stack init --copy-config-from dev staging", "staging"],
    ["stack init --secrets-provider passphrase staging", "staging"],
    ["stack init --stack staging", "staging"],
    ["stack select -c staging", "staging"],
    ["stack select staging", "staging"],
    ["stack init", undefined],
    ["stack output", "selected"],
    ["up", "selected"],
    ["stack change-secrets-provider passphrase", "selected"],
    ["stack ls", undefined],
    ["version", undefined],
    ["plugin install resource nomad 2.6.1", undefined],
    ["up --help", undefined],
    ["", undefined],
  ])("npm run pulumi -- %s means %s", (line, stack) => {
    expect(pulumi(line, {}, "selected").stack).toBe(stack);
  });

  it("is the flag's, then PULUMI_STACK's, then the one selected last, then dev", () => {
    const env = { PULUMI_STACK: "of-the-variable" };
    expect(pulumi("up --stack of-the-flag", env, "selected").stack).toBe("of-the-flag");
    expect(pulumi("up", { ...env, PULUMI_OPTION_STACK: "of-the-option" }, "selected").stack).toBe(
      "of-the-option",
    );
    expect(pulumi("up", env, "selected").stack).toBe("of-the-variable");
    expect(pulumi("up", {}, "selected").stack).toBe("selected");
    expect(pulumi("up").stack).toBe("dev");
  });
});

describe("what a command needs", () => {
  it.each([
    ["up", true, true],
    ["import --file resources.json", true, true],
    ["watch", true, true],
    ["a-command-of-tomorrow", true, true],
    ["config set --secret key value", false, true],
    ["config", false, true],
    ["stack init staging", false, true],
    ["stack select --create staging", false, true],
    ["stack export", false, true],
    ["stack output --show-secrets", false, true],
    ["stack change-secrets-provider passphrase", false, "change"],
    ["stack select staging", false, false],
    ["stack ls", false, false],
    ["stack rm staging", false, false],
    ["cancel", false, false],
    ["plugin install", false, false],
  ])("%s: the program and its plugins %s, a passphrase %s", (line, program, secrets) => {
    expect(pulumi(line).needs).toEqual({ program, secrets });
  });

  it("makes a stack for commands that work on one, and not for stack init, which makes its own", () => {
    expect(pulumi("config set key value --stack new").makesStack).toBe(true);
    expect(pulumi("up --stack new").makesStack).toBe(true);
    for (const line of [
      "stack init new",
      "stack select new",
      "stack rm new",
      "stack output --stack typo",
      "plugin ls",
    ])
      expect([line, pulumi(line).makesStack]).toEqual([line, false]);
  });

  it("stack init tells a cloud KMS key from a passphrase", () => {
    expect(pulumi("stack init new --secrets-provider awskms://alias/pulumi").secretsProvider).toBe(
      "awskms://alias/pulumi",
    );
    expect(pulumi("stack init new --secrets-provider=passphrase").secretsProvider).toBe("passphrase");
    expect(pulumi("stack init new").secretsProvider).toBeUndefined();
  });
});
