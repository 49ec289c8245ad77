import { describe, expect, it } from "@jest/globals";
import { stackOf } from "../../commands/pulumi/stackChoice";
import { pulumiArguments } from "../../commands/verb";

const words = (line: string): string[] => line.split(" ").filter(Boolean);

describe("the stack of a command", () => {
  it.each([
    ["--stack prod", "prod"],
    ["--stack=prod", "prod"],
    ["-s prod", "prod"],
    ["-sprod", "prod"],
    ["-s=prod", "prod"],
    ["-c count=3 --stack prod --yes", "prod"],
    ["--stack org/shop/prod", "org/shop/prod"],
    ["", undefined],
    ["--yes", undefined],
    ["--show-sames", undefined],
    ["--skip-preview", undefined],
    ["--suppress-outputs -c x=--stack", undefined],
    ["--stack", undefined],
  ])('"%s" names %s', (line, stack) => {
    expect(stackOf(words(line))).toBe(stack);
  });
});

describe("what a verb types for the user", () => {
  it.each([
    ["preview", "", true, "preview --stack dev"],
    ["preview", "", false, "preview --stack dev"],
    ["preview", "-c count=3 --diff", true, "preview -c count=3 --diff --stack dev"],
    ["preview", "--stack prod", true, "preview --stack prod"],
    ["up", "", true, "up --stack dev"],
    ["up", "-s prod -c djangoImage=shop:2", true, "up -s prod -c djangoImage=shop:2"],
    ["refresh", "", true, "refresh --stack dev"],
    ["destroy", "", true, "destroy --stack dev --exclude-protected"],
  ] as const)("npm run %s -- %s (terminal: %s) is pulumi %s", (verb, args, terminal, expected) => {
    expect(pulumiArguments(verb, words(args), terminal).join(" ")).toBe(expected);
  });

  it.each(["up", "refresh", "destroy"])(
    "%s does not wait for an answer where nobody can give one",
    (verb) => {
      expect(pulumiArguments(verb, [], false)).toContain("--yes");
      expect(pulumiArguments(verb, [], true)).not.toContain("--yes");
    },
  );

  it.each(["--yes", "-y", "--preview-only"])("%s is not answered a second time", (flag) => {
    expect(pulumiArguments("up", [flag], false)).toEqual(["up", flag, "--stack", "dev"]);
  });

  it("destroy leaves what is protected, unless the user chooses what goes", () => {
    expect(pulumiArguments("destroy", [], true)).toContain("--exclude-protected");
    for (const choice of [["--target", "urn"], ["--target=urn"], ["-t", "urn"], ["--exclude-protected"]]) {
      expect(pulumiArguments("destroy", choice, true).filter((one) => one === "--exclude-protected")).toEqual(
        choice.filter((one) => one === "--exclude-protected"),
      );
    }
  });

  it("npm run pulumi passes everything on as it is", () => {
    expect(pulumiArguments("pulumi", words("stack export --stack prod"), false)).toEqual(
      words("stack export --stack prod"),
    );
    expect(pulumiArguments("pulumi", ["config", "set", "djangoImage", "a b"], false)).toEqual([
      "config",
      "set",
      "djangoImage",
      "a b",
    ]);
  });
});
