/** The whole program: settings from the stack's config, one application, what the operator needs to know. */
import { DjangoApp, type StackOutputs } from "./components";
import { readSettings } from "./settings";

/** @returns the stack's outputs. */
export = function program(): Promise<Partial<StackOutputs>> {
  return new DjangoApp("django", readSettings()).stackOutputs;
};
