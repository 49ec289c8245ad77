"use strict";

const pulumi = require("@pulumi/pulumi");
const { packageOptions, pick } = require("./utilities");

const token = "nomad:index/getAllocations:getAllocations";
const inputs = ["filter", "namespace", "prefix"];

exports.getAllocations = function getAllocations(args = {}, opts) {
  return pulumi.runtime.invoke(token, pick(args, inputs), packageOptions(opts));
};

exports.getAllocationsOutput = function getAllocationsOutput(args = {}, opts) {
  return pulumi.runtime.invokeOutput(token, pick(args, inputs), packageOptions(opts));
};
