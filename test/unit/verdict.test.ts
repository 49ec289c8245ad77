import { describe, expect, it } from "@jest/globals";
import { VERB_EXIT_CODES } from "../../commands/exitCodes";
import { isRefused, verdict } from "../../commands/pulumi/verdict";

type Step = [op: string, type: string, planning?: boolean];

/** Pulumi's log, with an event of another kind first. */
const log = (...steps: Step[]): string =>
  [
    { preludeEvent: {} },
    ...steps.map(([op, type, planning]) => ({ resourcePreEvent: { metadata: { op, type }, planning } })),
  ]
    .map((event) => `${JSON.stringify(event)}\n`)
    .join("");

const job = "nomad:index/job:Job";
const variable = "nomad:index/variable:Variable";
const component = "django-nomad:index:DjangoApp";

describe("a red `up` is", () => {
  it.each<[string, string]>([
    ["the job's registration failed", log(["same", variable], ["update", job])],
    ["the first release failed", log(["create", component], ["create", variable], ["create", job])],
    ["the job is as it should be, and does not serve", log(["same", variable], ["same", job])],
    ["a database container could not be made", log(["create", "docker:index/container:Container"])],
    ["what the destroy leaves", log(["delete", job])],
    ["Pulumi was killed in the middle", `${log(["update", job])}{"resourcePreEv`],
  ])("a failure (1): %s", (_what, events) => {
    expect(verdict("up", 1, events)).toBe(1);
  });

  it.each<[string, string]>([
    ["Pulumi never began: another run holds the stack", ""],
    ["the program refused its config", log(["create", "pulumi:pulumi:Stack"])],
    ["a guard held everything back", log(["same", "pulumi:providers:nomad"], ["create", component])],
    ["the preview before it failed", log(["update", job, true])],
    ["a refresh found another job, and then the config was wrong", log(["refresh", job])],
    ["only values of the state were made", log(["create", "random:index/randomId:RandomId"])],
  ])("a refusal (2): %s", (_what, events) => {
    expect(verdict("up", 1, events)).toBe(2);
  });

  it("what Pulumi itself calls it, where it has a code of its own; each is documented", () => {
    for (const code of [0, 2, 3, 6, 7, 8, 255]) {
      expect(verdict("up", code, log(["update", job]))).toBe(code);
      expect(Object.keys(VERB_EXIT_CODES)).toContain(String(code));
    }
  });
});

it("a red preview is a refusal: it can't change anything", () => {
  expect(verdict("preview", 1, log(["update", job]))).toBe(2);
});

describe("whether Nomad refused a provider, and nobody has said that it is the token itself", () => {
  const errors = (...messages: string[]): string =>
    messages
      .map((message) => ({ diagnosticEvent: { message, severity: "error" } }))
      .map((event) => `${JSON.stringify(event)}\n`)
      .join("");
  const denied = "Unexpected response code: 403 (Permission denied)";

  it.each<[string, boolean, string]>([
    ["a refresh", true, errors(`reading shop: ${denied}`, "update failed")],
    [
      "a token that Nomad has just found to be old",
      true,
      errors("Unexpected response code: 403 (ACL token expired)"),
    ],
    ["the program has looked itself", false, errors(denied, "The Nomad token has expired: give a new one")],
    ["it has named the rights", false, errors(denied, "The Nomad token lacks rights that this `up` needs")],
    ["a token that nobody made", false, errors(denied, "Nomad does not know this token")],
    ["something else", false, errors("connection refused", "update failed")],
    ["a warning alone", false, errors(denied).replace("error", "warning")],
    ["a run that ended before it began", false, ""],
  ])("%s: %s", (_what, expected, events) => {
    expect(isRefused(events)).toBe(expected);
  });
});
