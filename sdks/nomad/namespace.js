"use strict";

const pulumi = require("@pulumi/pulumi");
const { packageOptions, pick } = require("./utilities");

const inputs = [
  "capabilities",
  "consulConfig",
  "description",
  "meta",
  "name",
  "nodePoolConfig",
  "quota",
  "vaultConfig",
];

class Namespace extends pulumi.CustomResource {
  static __pulumiType = "nomad:index/namespace:Namespace";

  static get(name, id, state, opts) {
    return new Namespace(name, state, { ...opts, id });
  }

  static isInstance(obj) {
    return obj?.__pulumiType === Namespace.__pulumiType;
  }

  constructor(name, argsOrState, opts = {}) {
    if (opts.id) {
      super(Namespace.__pulumiType, name, pick(argsOrState, inputs), packageOptions(opts));
      return;
    }
    const properties = pick(argsOrState, inputs);
    super(Namespace.__pulumiType, name, properties, packageOptions(opts));
  }
}

exports.Namespace = Namespace;
