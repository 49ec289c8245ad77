"use strict";

const pulumi = require("@pulumi/pulumi");
const { packageOptions, pick } = require("./utilities");

const token = "nomad:index/getJob:getJob";
const inputs = ["jobId", "namespace"];

exports.getJob = function getJob(args, opts) {
  return pulumi.runtime.invoke(token, pick(args, inputs), packageOptions(opts));
};

exports.getJobOutput = function getJobOutput(args, opts) {
  return pulumi.runtime.invokeOutput(token, pick(args, inputs), packageOptions(opts));
};
