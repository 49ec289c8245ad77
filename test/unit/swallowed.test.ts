import { describe, expect, it } from "@jest/globals";
import { refuseSwallowed } from "../../commands/base/swallowed";

const run = (script: string, kept: NodeJS.ProcessEnv, ...words: string[]): void =>
  refuseSwallowed({ npm_lifecycle_event: script, npm_config_yes: "", ...kept }, words);

/** As npm 11 hands them over. */
describe("an option that npm has kept, without -- before it", () => {
  it.each([
    ["status", { npm_config_stack: "true" }, ["shop"], "npm run status -- --stack shop"],
    ["preview", { npm_config_stack: "shop" }, [], "npm run preview -- --stack shop"],
    ["preview", { npm_config_stack: "true" }, ["preview", "shop"], "npm run preview -- --stack shop"],
    ["manage", { npm_config_stack: "shop" }, ["tidyorders"], "npm run manage -- --stack shop tidyorders"],
    ["manage", { npm_config_stack: "true" }, ["tidyorders", "shop"], "npm run manage -- --stack VALUE ..."],
    ["manage", { npm_config_role: "migrator" }, ["check"], "npm run manage -- --role migrator check"],
    ["logs", { npm_config_follow: "true" }, ["beat"], "npm run logs -- --follow beat"],
    ["logs", { npm_config_force: "true" }, ["beat"], "npm run logs -- -f beat"],
    ["stop", { npm_config_purge: "true" }, [], "npm stop -- --purge"],
    ["up", { npm_config_call: "count=3" }, [], "npm run up -- -c count=3"],
    ["up", { npm_config_preview_only: "true" }, [], "npm run up -- --preview-only"],
    ["up", { npm_config_refresh: "" }, [], "npm run up -- --refresh=false"],
    ["destroy", { npm_config_target: "true" }, ["urn:x"], "npm run destroy -- --target urn:x"],
    [
      "pulumi",
      { npm_config_secret: "true" },
      ["config", "set", "x"],
      "npm run pulumi -- --secret config set x",
    ],
    ["import-pack", { npm_config_dry_run: "true" }, ["a.hcl"], "npm run import-pack -- --dry-run a.hcl"],
    ["status", { npm_config_json: "true" }, [], "npm run status -- --json"],
  ])("stops `npm run %s` with %j before it runs", (script, kept, words, meant) => {
    expect(() => run(script, kept, ...words)).toThrow(`nothing was run. Put -- before: ${meant}`);
  });

  it.each([
    ["status", {}],
    [
      "status",
      { npm_config_cafile: "/etc/ssl/ca.pem", npm_config_force: "true", npm_config_loglevel: "silent" },
    ],
    ["up", { npm_config_yes: "true", npm_config_target: "30.0.0" }],
    ["start", { npm_config_json: "true" }],
  ])("is no setting of a user's own npm: `npm run %s` with %j", (script, kept) => {
    expect(() => run(script, kept)).not.toThrow();
  });

  it("is nothing to a command that npm did not start", () => {
    expect(() => refuseSwallowed({ npm_config_stack: "true" }, [])).not.toThrow();
  });
});
