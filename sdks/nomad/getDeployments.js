"use strict";

const pulumi = require("@pulumi/pulumi");
const { packageOptions } = require("./utilities");

const token = "nomad:index/getDeployments:getDeployments";

exports.getDeployments = function getDeployments(opts) {
  return pulumi.runtime.invoke(token, {}, packageOptions(opts));
};

exports.getDeploymentsOutput = function getDeploymentsOutput(opts) {
  return pulumi.runtime.invokeOutput(token, {}, packageOptions(opts));
};
