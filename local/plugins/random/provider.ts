import { type ProviderDefinition } from "../host/types";
import { PasswordHandler } from "./password";

/** The part of the published random plugin, version 4.21, that generated secrets need. */
export function randomProvider(): ProviderDefinition {
  return {
    name: "random",
    version: "4.21.2",
    configure: () => undefined,
    resources: { "random:index/randomPassword:RandomPassword": new PasswordHandler() },
  };
}
