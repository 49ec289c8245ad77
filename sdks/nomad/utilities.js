"use strict";

const pulumi = require("@pulumi/pulumi");
const { version } = require("./package.json");

/** The named properties of `source`. Absent ones are kept as undefined: that is how an output is declared. */
exports.pick = function pick(source, names) {
  return Object.fromEntries(names.map((name) => [name, source?.[name]]));
};

/** The same properties, with the named ones secret whatever the program did with them. */
exports.markSecret = function markSecret(properties, names) {
  const marked = { ...properties };
  for (const name of names) {
    if (marked[name] !== undefined) {
      marked[name] = pulumi.secret(marked[name]);
    }
  }
  return marked;
};

/** Fails early, in the program, for JavaScript callers and for values that are undefined by accident. */
exports.requireArgs = function requireArgs(type, args, opts, names) {
  for (const name of names) {
    // A resource that is rebuilt from its URN brings no arguments.
    if (args?.[name] === undefined && !opts.urn) {
      throw new Error(`nomad.${type}: the required property '${name}' is missing; give it a value`);
    }
  }
};

/** Ties a resource or a lookup to the version of the plugin that this package speaks to. */
exports.packageOptions = function packageOptions(opts, secretOutputs) {
  const ours = secretOutputs ? { version, additionalSecretOutputs: secretOutputs } : { version };
  return pulumi.mergeOptions(ours, opts ?? {});
};
