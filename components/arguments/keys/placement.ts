/** Keys about the nodes: where Nomad may, should and prefers to run instances. */
import { affinityWeight, attribute, datacenter, filledLine, line, nodePool, region } from "../names";
import { filledList, integer, list, object, oneOf } from "../readers";
import type { Rows } from "../row";

const affinityOperators = [
  "=", "!=", ">", ">=", "<", "<=", "regexp", "version", "semver",
  "set_contains", "set_contains_any", "is_set", "is_not_set",
] as const; // prettier-ignore

const constraint = object(
  "ConstraintArgs",
  "A condition that a node must meet (Nomad's `constraint` block).",
  {
    attribute: {
      type: attribute,
      says: "Attribute of the node. Required, except with the operator `distinct_hosts`.",
      example: "${node.class}",
    },
    operator: {
      type: oneOf("ConstraintOperator", ...affinityOperators, "distinct_hosts", "distinct_property"),
      default: "=",
      says: "How the attribute is compared with the value.",
    },
    value: {
      type: line,
      says: "What the attribute is compared with. Not with `is_set` and `is_not_set`.",
      example: "web",
    },
  } as const,
);

const affinity = object("AffinityArgs", "A preference for nodes (Nomad's `affinity` block).", {
  attribute: { type: attribute, required: true, says: "Attribute of the node.", example: "${node.class}" },
  operator: {
    type: oneOf("AffinityOperator", ...affinityOperators),
    default: "=",
    says: "How the attribute is compared with the value.",
  },
  value: { type: line, says: "What the attribute is compared with.", example: "web" },
  weight: {
    type: affinityWeight,
    default: 50,
    says: "How strong the preference is; a negative weight avoids such nodes. Not 0.",
  },
} as const);

const target = object("SpreadTargetArgs", "Share of one value of the attribute.", {
  value: { type: filledLine, required: true, says: "Value of the attribute.", example: "dc1" },
  percent: { type: integer(0, 100), required: true, says: "Its share, in percent.", example: 60 },
} as const);

const spread = object(
  "SpreadArgs",
  "An attribute over whose values instances are spread (Nomad's `spread` block).",
  {
    attribute: {
      type: attribute,
      required: true,
      says: "Attribute of the node.",
      example: "${node.datacenter}",
    },
    weight: { type: integer(1, 100), default: 50, says: "How strong the spread is." },
    targets: {
      type: list(target),
      unset: "evenly",
      says: "Share of each value. Together at most 100 percent.",
      example: [{ value: "dc1", percent: 60 }],
    },
  } as const,
);

export const placement = {
  region: {
    type: region,
    unset: "the cluster's own",
    plain: "asked",
    says: "Nomad region.",
    example: "eu",
    change: "job",
  },
  datacenters: {
    type: filledList(datacenter, '["*"]'),
    default: ["*"],
    says: "Datacenters in which instances may run.",
    example: ["dc1", "dc2"],
    change: "move",
  },
  nodePool: {
    type: nodePool,
    unset: "the pool `default`",
    says: "Node pool in which instances may run.",
    example: "web",
    change: "move",
  },
  constraints: {
    type: list(constraint),
    unset: "any node will do",
    says: "Conditions that a node must meet.",
    example: [{ attribute: "${node.class}", value: "web" }],
    change: "move",
  },
  affinities: {
    type: list(affinity),
    unset: "all nodes are equal",
    says: "Nodes to prefer.",
    example: [{ attribute: "${node.class}", value: "web", weight: 80 }],
    change: "release",
  },
  spreads: {
    type: list(spread),
    unset: "Nomad fills one node after the other",
    says: "Spreads instances over the values of an attribute.",
    example: [{ attribute: "${node.datacenter}" }],
    change: "release",
  },
  priority: {
    type: integer(1, 100),
    default: 50,
    says: "Priority of the job when resources are short; a higher number is placed first.",
    change: "in place",
  },
} as const satisfies Rows;
