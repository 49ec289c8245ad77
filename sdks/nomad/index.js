"use strict";

const pulumi = require("@pulumi/pulumi");
const { version } = require("./package.json");

const { AclPolicy } = require("./aclPolicy");
const { DynamicHostVolume } = require("./dynamicHostVolume");
const { getAllocations, getAllocationsOutput } = require("./getAllocations");
const { getDeployments, getDeploymentsOutput } = require("./getDeployments");
const { getJob, getJobOutput } = require("./getJob");
const { Job } = require("./job");
const { Namespace } = require("./namespace");
const { Provider } = require("./provider");
const { Variable } = require("./variable");

exports.AclPolicy = AclPolicy;
exports.DynamicHostVolume = DynamicHostVolume;
exports.getAllocations = getAllocations;
exports.getAllocationsOutput = getAllocationsOutput;
exports.getDeployments = getDeployments;
exports.getDeploymentsOutput = getDeploymentsOutput;
exports.getJob = getJob;
exports.getJobOutput = getJobOutput;
exports.Job = Job;
exports.Namespace = Namespace;
exports.Provider = Provider;
exports.Variable = Variable;
exports.types = require("./types");

// Lets the engine turn references to these resources, in the outputs of components, back into objects.
for (const resource of [AclPolicy, DynamicHostVolume, Job, Namespace, Variable]) {
  const [, modulePath] = resource.__pulumiType.split(":");
  pulumi.runtime.registerResourceModule("nomad", modulePath, {
    version,
    construct: (name, _type, urn) => new resource(name, undefined, { urn }),
  });
}

pulumi.runtime.registerResourcePackage("nomad", {
  version,
  constructProvider: (name, _type, urn) => new Provider(name, undefined, { urn }),
});
