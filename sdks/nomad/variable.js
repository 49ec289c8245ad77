"use strict";

const pulumi = require("@pulumi/pulumi");
const { markSecret, packageOptions, pick, requireArgs } = require("./utilities");

const inputs = ["items", "itemsWo", "itemsWoVersion", "namespace", "path"];
const secrets = ["items", "itemsWo"];

class Variable extends pulumi.CustomResource {
  static __pulumiType = "nomad:index/variable:Variable";

  static get(name, id, state, opts) {
    return new Variable(name, state, { ...opts, id });
  }

  static isInstance(obj) {
    return obj?.__pulumiType === Variable.__pulumiType;
  }

  constructor(name, argsOrState, opts = {}) {
    if (opts.id) {
      super(Variable.__pulumiType, name, pick(argsOrState, inputs), packageOptions(opts, secrets));
      return;
    }
    requireArgs("Variable", argsOrState, opts, ["path"]);
    const properties = markSecret(pick(argsOrState, inputs), secrets);
    super(Variable.__pulumiType, name, properties, packageOptions(opts, secrets));
  }
}

exports.Variable = Variable;
