"use strict";

const pulumi = require("@pulumi/pulumi");
const { packageOptions, pick, requireArgs } = require("./utilities");

const inputs = ["description", "jobAcl", "name", "rulesHcl"];

class AclPolicy extends pulumi.CustomResource {
  static __pulumiType = "nomad:index/aclPolicy:AclPolicy";

  static get(name, id, state, opts) {
    return new AclPolicy(name, state, { ...opts, id });
  }

  static isInstance(obj) {
    return obj?.__pulumiType === AclPolicy.__pulumiType;
  }

  constructor(name, argsOrState, opts = {}) {
    if (opts.id) {
      super(AclPolicy.__pulumiType, name, pick(argsOrState, inputs), packageOptions(opts));
      return;
    }
    requireArgs("AclPolicy", argsOrState, opts, ["rulesHcl"]);
    const properties = pick(argsOrState, inputs);
    super(AclPolicy.__pulumiType, name, properties, packageOptions(opts));
  }
}

exports.AclPolicy = AclPolicy;
