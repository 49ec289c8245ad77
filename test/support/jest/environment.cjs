/**
 * jest's environment for Node, in which `instanceof` holds for Node's own objects as well. jest gives each test
 * file built-in classes of its own, but an error of a socket, a file or a process and a promise of `fs` are made
 * by Node: code that asks for `Error` or `Promise` would otherwise do something else in tests than in use.
 */
const { TestEnvironment } = require("jest-environment-node");

const classes = [
  ...["Error", "AggregateError", "RangeError", "ReferenceError", "SyntaxError", "TypeError"],
  ...["Array", "Date", "Function", "Map", "Object", "Promise", "RegExp", "Set"],
];

const isInstance = Function.prototype[Symbol.hasInstance];

module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    for (const name of classes) {
      const [ofTests, ofNode] = [this.global[name], globalThis[name]];
      Object.defineProperty(ofTests, Symbol.hasInstance, {
        value(value) {
          // Classes that extend this one inherit the question; the answer is for this one alone.
          return isInstance.call(this, value) || (this === ofTests && isInstance.call(ofNode, value));
        },
      });
    }
  }
};
