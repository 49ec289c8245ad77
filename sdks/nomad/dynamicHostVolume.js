"use strict";

const pulumi = require("@pulumi/pulumi");
const { packageOptions, pick, requireArgs } = require("./utilities");

const inputs = [
  "capabilities",
  "capacityMax",
  "capacityMin",
  "constraints",
  "name",
  "namespace",
  "nodeId",
  "nodePool",
  "parameters",
  "pluginId",
];
const outputsOnly = [
  "capacity",
  "capacityBytes",
  "capacityMaxBytes",
  "capacityMinBytes",
  "hostPath",
  "state",
];

class DynamicHostVolume extends pulumi.CustomResource {
  static __pulumiType = "nomad:index/dynamicHostVolume:DynamicHostVolume";

  static get(name, id, state, opts) {
    return new DynamicHostVolume(name, state, { ...opts, id });
  }

  static isInstance(obj) {
    return obj?.__pulumiType === DynamicHostVolume.__pulumiType;
  }

  constructor(name, argsOrState, opts = {}) {
    if (opts.id) {
      super(
        DynamicHostVolume.__pulumiType,
        name,
        pick(argsOrState, [...inputs, ...outputsOnly]),
        packageOptions(opts),
      );
      return;
    }
    requireArgs("DynamicHostVolume", argsOrState, opts, ["capabilities", "pluginId"]);
    const properties = { ...pick(argsOrState, inputs), ...pick(undefined, outputsOnly) };
    super(DynamicHostVolume.__pulumiType, name, properties, packageOptions(opts));
  }
}

exports.DynamicHostVolume = DynamicHostVolume;
