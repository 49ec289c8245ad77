import { type Properties, type ProviderDefinition } from "../host/types";
import { AclPolicyHandler } from "./aclPolicy";
import { Connection } from "./connection";
import { DynamicHostVolumeHandler } from "./dynamicHostVolume";
import { functions } from "./functions";
import { JobHandler } from "./job/handler";
import { NamespaceHandler } from "./namespace";
import { checkSettings } from "./settings";
import { VariableHandler } from "./variable";

/** The offline nomad plugin. Each call makes one with a configuration of its own. */
export function nomadProvider(): ProviderDefinition {
  const nomad = new Connection();
  return {
    name: "nomad",
    version: "2.6.1",
    checkConfig: async (news: Properties) => ({ inputs: news, failures: checkSettings(news) }),
    configure: (inputs, log) => nomad.configure(inputs, log),
    resources: {
      "nomad:index/aclPolicy:AclPolicy": new AclPolicyHandler(nomad),
      "nomad:index/dynamicHostVolume:DynamicHostVolume": new DynamicHostVolumeHandler(nomad),
      "nomad:index/job:Job": new JobHandler(nomad),
      "nomad:index/namespace:Namespace": new NamespaceHandler(nomad),
      "nomad:index/variable:Variable": new VariableHandler(nomad),
    },
    functions: functions(nomad),
  };
}
