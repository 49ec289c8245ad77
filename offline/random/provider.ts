import { type ProviderDefinition } from "../host/types";
import { IdHandler } from "./id";
import { PasswordHandler } from "./password";

/** The part of the published random plugin, version 4.21, that generated secrets and ids need. */
export function randomProvider(): ProviderDefinition {
  return {
    name: "random",
    version: "4.21.2",
    configure: () => undefined,
    resources: {
      "random:index/randomId:RandomId": new IdHandler(),
      "random:index/randomPassword:RandomPassword": new PasswordHandler(),
    },
  };
}
