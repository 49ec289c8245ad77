/** Rules about the service, its check and the networks. */
import { registryPasswordName } from "../jobspec";
import { defaults } from "./keys";
import { secretNames } from "./environmentRules";
import type { Problem } from "./problem";
import { type Given, repeated, type Rule, when } from "./rule";

/** Nomad puts the values of a task's variables into the tags, which everybody may read who sees the service. */
function publishedSecrets(given: Given): Problem[] {
  const secrets = [...secretNames(given), ...(given.registryAuth ? [registryPasswordName] : [])];
  return (["serviceTags", "canaryTags"] as const).flatMap((key) => publishedIn(given, key, secrets));
}

function publishedIn(given: Given, key: "serviceTags" | "canaryTags", secrets: string[]): Problem[] {
  return (given.httpService?.[key] ?? []).flatMap((tag, index) => {
    const used = [...tag.matchAll(/\$\{([^}]*)\}/g)].flatMap(([, inside]) => inside.match(/\w+/g) ?? []);
    const secret = used.find((name) => secrets.includes(name));
    return when(
      secret !== undefined,
      `httpService.${key}[${index}]`,
      `would publish the secret ${secret} in the service catalog: remove it from the tag`,
    );
  });
}

export const networkRules: Rule[] = [
  {
    keys: ["httpService.serviceTags", "httpService.canaryTags", "secretEnvVars", "registryAuth"],
    problems: publishedSecrets,
  },
  {
    keys: ["postgres", "dockerNetworkMode"],
    problems: ({ postgres, dockerNetworkMode }) =>
      when(
        postgres !== undefined && dockerNetworkMode !== undefined,
        "dockerNetworkMode",
        "can't be set together with postgres, whose own network both tasks join: remove one of them",
      ),
  },
  {
    keys: ["redis", "postgres"],
    problems: ({ redis, postgres }) =>
      when(
        redis !== undefined && postgres === undefined,
        "redis",
        "runs on the network of postgres, which is not set: set postgres too, or remove redis and name a server of yours in envVars",
      ),
  },
  {
    keys: ["httpService.upstreams", "httpService.serviceProvider"],
    problems: ({ httpService }) =>
      when(
        (httpService?.upstreams ?? []).length > 0 &&
          (httpService?.serviceProvider ?? defaults.httpService.serviceProvider) !== "consul",
        "httpService.upstreams",
        'needs httpService.serviceProvider "consul": Nomad\'s own services have no mesh',
      ),
  },
  {
    keys: ["httpService.upstreams", "postgres", "dockerNetworkMode"],
    problems: ({ httpService, postgres, dockerNetworkMode }) =>
      when(
        (httpService?.upstreams ?? []).length > 0 && Boolean(postgres || dockerNetworkMode !== undefined),
        "httpService.upstreams",
        "puts the allocation into a network of its own: remove postgres and dockerNetworkMode",
      ),
  },
  {
    keys: ["httpService.upstreams.*", "port"],
    problems: ({ httpService, port = defaults.port }) => {
      const ports = (httpService?.upstreams ?? []).map((upstream) => String(upstream.port));
      const key = (index: number): string => `httpService.upstreams[${index}].port`;
      return [
        ...repeated(ports, key),
        ...ports.flatMap((taken, index) =>
          when(
            taken === String(port),
            key(index),
            `is ${taken}, on which the web server itself listens (port): in the mesh they share one network, so change one of the ports`,
          ),
        ),
      ];
    },
  },
  {
    keys: ["httpService.upstreams", "httpService.checkType", "httpService.checkEnabled"],
    problems: ({ httpService }) =>
      when(
        (httpService?.upstreams ?? []).length > 0 &&
          httpService?.checkType === "tcp" &&
          httpService.checkEnabled !== false,
        "httpService.checkType",
        'is "tcp", which Nomad refuses for a service with upstreams: use "http", whose path it opens through the proxy, ' +
          "or httpService.checkEnabled false",
      ),
  },
  {
    keys: ["httpService.checkType", "httpService.checkHeaders"],
    problems: ({ httpService }) =>
      when(
        httpService?.checkType === "tcp" && Object.keys(httpService.checkHeaders ?? {}).length > 0,
        "httpService.checkHeaders",
        'are never sent: a check of httpService.checkType "tcp" has no headers. Remove them, or use "http"',
      ),
  },
];
