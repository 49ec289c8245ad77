/** The whole program: settings from the stack's config, one application, what the operator needs to know. */
import { DjangoApp } from "./components";
import { readSettings } from "./settings";

// The stack's outputs. They are known at once: one that waited for the rollout would take all of them with it when
// that fails, and Pulumi would show them as deleted.
export = new DjangoApp("django", readSettings()).declared;
