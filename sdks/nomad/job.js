"use strict";

const pulumi = require("@pulumi/pulumi");
const { packageOptions, pick, requireArgs } = require("./utilities");

const inputs = [
  "deregisterOnDestroy",
  "deregisterOnIdChange",
  "detach",
  "hcl2",
  "jobspec",
  "json",
  "policyOverride",
  "preserveCounts",
  "purgeOnDestroy",
  "readAllocationIds",
  "rerunIfDead",
];
const outputsOnly = [
  "allAtOnce",
  "allocationIds",
  "constraints",
  "createIndex",
  "datacenters",
  "deploymentId",
  "deploymentStatus",
  "modifyIndex",
  "name",
  "namespace",
  "parentId",
  "periodicConfigs",
  "priority",
  "region",
  "stable",
  "status",
  "statusDescription",
  "stop",
  "submitTime",
  "taskGroups",
  "type",
  "updateStrategies",
  "version",
];

class Job extends pulumi.CustomResource {
  static __pulumiType = "nomad:index/job:Job";

  static get(name, id, state, opts) {
    return new Job(name, state, { ...opts, id });
  }

  static isInstance(obj) {
    return obj?.__pulumiType === Job.__pulumiType;
  }

  constructor(name, argsOrState, opts = {}) {
    if (opts.id) {
      super(Job.__pulumiType, name, pick(argsOrState, [...inputs, ...outputsOnly]), packageOptions(opts));
      return;
    }
    requireArgs("Job", argsOrState, opts, ["jobspec"]);
    const properties = { ...pick(argsOrState, inputs), ...pick(undefined, outputsOnly) };
    super(Job.__pulumiType, name, properties, packageOptions(opts));
  }
}

exports.Job = Job;
