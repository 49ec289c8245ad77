import { type CheckFailure, type CheckResult, type Properties, type ProviderDefinition } from "../host/types";
import { hostFailure } from "./address";
import { Connection } from "./connection";
import { ContainerHandler } from "./container/handler";
import { NetworkHandler } from "./network";
import { RemoteImageHandler } from "./remoteImage";
import { revealAll } from "./schema/values";
import { VolumeHandler } from "./volume";

const KNOWN = [
  "host",
  "context",
  "caMaterial",
  "certMaterial",
  "certPath",
  "keyMaterial",
  "registryAuth",
  "disableDockerDaemonCheck",
];

/** The part of the published docker plugin, version 5, that containers, networks, volumes and images need. */
export function dockerProvider(): ProviderDefinition {
  const connection = new Connection();
  return {
    name: "docker",
    version: "5.2.0",
    checkConfig: async (news) => checkConfig(news),
    configure: (inputs, log) => connection.configure(inputs, log),
    resources: {
      "docker:index/container:Container": new ContainerHandler(connection),
      "docker:index/network:Network": new NetworkHandler(connection),
      "docker:index/remoteImage:RemoteImage": new RemoteImageHandler(connection),
      "docker:index/volume:Volume": new VolumeHandler(connection),
    },
  };
}

function checkConfig(news: Properties): CheckResult {
  const failures: CheckFailure[] = [];
  const given = revealAll(news);
  for (const [key, value] of Object.entries(given)) {
    if (value === null || key === "version" || key === "pluginDownloadURL" || KNOWN.includes(key)) continue;
    failures.push({ property: key, reason: `is not known here. Known properties: ${KNOWN.join(", ")}` });
  }
  const failure = typeof given.host === "string" ? hostFailure(given.host) : undefined;
  if (failure !== undefined) failures.push(failure);
  return { inputs: news, failures };
}
