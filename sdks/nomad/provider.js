"use strict";

const pulumi = require("@pulumi/pulumi");
const { markSecret, packageOptions, pick } = require("./utilities");

const strings = [
  "address",
  "caFile",
  "caPem",
  "certFile",
  "certPem",
  "httpAuth",
  "keyFile",
  "keyPem",
  "region",
  "secretId",
];
const structured = ["authJwt", "headers", "ignoreEnvVars", "skipVerify"];
const secrets = ["headers", "httpAuth", "keyPem", "secretId"];

class Provider extends pulumi.ProviderResource {
  static __pulumiType = "nomad";

  static isInstance(obj) {
    return obj?.__pulumiType === `pulumi:providers:${Provider.__pulumiType}`;
  }

  constructor(name, args, opts) {
    const properties = markSecret(pick(args, [...strings, ...structured]), secrets);
    for (const key of structured) {
      // Provider inputs travel as strings; anything else is JSON inside one.
      properties[key] = pulumi.output(properties[key]).apply(JSON.stringify);
    }
    super(Provider.__pulumiType, name, properties, packageOptions(opts, secrets));
  }
}

exports.Provider = Provider;
