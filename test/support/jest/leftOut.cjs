/** Stands for a part of the Pulumi SDK that is not loaded in tests: see resolver.cjs. */
module.exports = new Proxy(
  {},
  {
    get(_, name) {
      // The SDK takes a module that marks itself as it is; any other it would copy, name by name.
      if (name === "__esModule") return true;
      throw new Error(`${String(name)}: test/support/jest/resolver.cjs leaves this part of the SDK out`);
    },
  },
);
