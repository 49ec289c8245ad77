import { describe, expect, it } from "@jest/globals";
import { unusedProxy } from "../../commands/base/proxy";

const HTTPS_PROXY = "http://ann:hunter2@proxy.corp.example:3128";

describe("a proxy that the shell names", () => {
  it.each<[string, NodeJS.ProcessEnv, string]>([
    ["no proxy", {}, "v20.20.2"],
    ["an empty variable", { HTTPS_PROXY: "" }, "v20.20.2"],
    ["Node that uses it", { HTTPS_PROXY, NODE_USE_ENV_PROXY: "1" }, "v22.21.0"],
    [
      "Node that was told with an option",
      { https_proxy: HTTPS_PROXY, NODE_OPTIONS: "--use-env-proxy" },
      "v24.5.0",
    ],
  ])("is not spoken of with %s", (_what, env, version) => {
    expect(unusedProxy(env, version)).toBe("");
  });

  it("is said to be unused where Node was not told to use it, or can't", () => {
    expect(unusedProxy({ HTTPS_PROXY }, "v24.1.0")).toBe(
      "HTTPS_PROXY is set, and Node does not use it: that takes NODE_USE_ENV_PROXY=1 as well, and NO_PROXY=localhost,127.0.0.1",
    );
    for (const version of ["v20.20.2", "v22.20.0", "v23.11.0"]) {
      expect(unusedProxy({ https_proxy: HTTPS_PROXY, NODE_USE_ENV_PROXY: "1" }, version)).toBe(
        "https_proxy is set, and Node does not use it: that takes NODE_USE_ENV_PROXY=1 " +
          `and Node 22.21 or 24 (this is ${version.slice(1)}) as well, and NO_PROXY=localhost,127.0.0.1`,
      );
    }
  });
});
