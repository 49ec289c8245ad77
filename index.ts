/** The whole program: settings from the stack's config, one application, what the operator needs to know. */
import { DjangoApp } from "./components";
import { readSettings } from "./settings";

const app = new DjangoApp("django", readSettings());

export const job = app.jobName;
export const namespace = app.namespace;
export const image = app.image;
export const count = app.count;
export const service = app.serviceName;
export const migration = app.migration;
