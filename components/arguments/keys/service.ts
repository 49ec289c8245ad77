/** Keys about the instances' number, their port and the service that they register. */
import { atLeast, checkPath, headerName, headerValue, line, port, portLabel, serviceName } from "../names";
import { bool, integer, list, map, object, oneOf } from "../readers";
import type { Rows } from "../row";
import { webScaling } from "./scaling";

const upstream = object("UpstreamArgs", "A service of the mesh that the instances call.", {
  name: { type: serviceName, required: true, says: "Name of the service.", example: "search" },
  port: { type: port, required: true, says: "Port on which instances reach it at 127.0.0.1.", example: 9200 },
} as const);

const httpService = object("HttpServiceArgs", "The service that the instances register.", {
  serviceName: { type: serviceName, required: true, says: "Name of the service.", example: "shop" },
  serviceTags: { type: list(line), default: [], says: "Tags of the service.", example: ["http"] },
  canaryTags: {
    type: list(line),
    default: [],
    says:
      "Tags of a canary in place of `serviceTags`, until it is promoted; empty for the same ones. For a proxy that " +
      "reads in the tags where it may send requests.",
    example: ["traefik.enable=false"],
  },
  serviceProvider: {
    type: oneOf("ServiceProvider", "nomad", "consul"),
    default: "nomad",
    says: "Catalog that lists the service. `consul` needs a Consul agent on every client.",
  },
  checkEnabled: {
    type: bool,
    default: true,
    says: "Checks each instance. Without a check an instance is healthy as soon as it runs.",
  },
  checkType: {
    type: oneOf("CheckType", "http", "tcp"),
    default: "http",
    says: "`http` requests a path, `tcp` only opens a connection.",
  },
  checkPath: {
    type: checkPath,
    default: "/",
    says: "Path that an HTTP check requests.",
    example: "/healthz",
  },
  checkInterval: { type: atLeast(1), default: "10s", says: "Time from one check to the next." },
  checkTimeout: {
    type: atLeast(1),
    default: "5s",
    says: "Time after which a check without an answer fails.",
  },
  checkHeaders: {
    type: map(headerName, headerValue),
    default: {},
    says: "Headers of an HTTP check, for example a Host that ALLOWED_HOSTS allows.",
    example: { Host: "shop.example.com" },
  },
  upstreams: {
    type: list(upstream),
    default: [],
    says: "Consul Connect upstreams. With any, instances run in a network of their own, and `serviceProvider` must be `consul`.",
    example: [{ name: "search", port: 9200 }],
  },
} as const);

export const service = {
  count: {
    type: integer(0, 10_000),
    default: 1,
    plain: "decides",
    says:
      "Number of instances. 0 parks the application: nothing runs and nothing migrates, while its job, its secrets, its " +
      "database and scheduled backups stay. A higher number later brings it back through the migration gate.",
    example: 2,
    change: "scale",
  },
  scaling: {
    type: webScaling,
    unset: "none: the number is always `count`",
    plain: "wait",
    says:
      "Leaves the number of web servers to an autoscaler. What it has set survives every `up`; `count` is the number to begin " +
      "with, and `count` 0 parks the application.",
    example: { min: 2, max: 10 },
    change: "in place",
  },
  port: {
    type: port,
    default: 8000,
    says: "Port on which the web server listens in its container.",
    change: "release",
  },
  servicePortLabel: {
    type: portLabel,
    default: "http",
    says: "Label of that port in the jobspec.",
    change: "release",
  },
  httpService: {
    type: httpService,
    unset: "no service",
    plain: "decides",
    says: "Service that the instances register.",
    example: { serviceName: "shop", checkPath: "/healthz" },
    change: "release",
  },
} as const satisfies Rows;
