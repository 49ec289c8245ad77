/** Keys about one-off commands. */
import { bool, object } from "../readers";
import type { Rows } from "../row";
import { resources } from "./processes";

const commands = object("ManageArgs", "How one-off management commands run.", {
  enabled: {
    type: bool,
    default: true,
    plain: "decides",
    says: "Whether there is a job for them, `JOB-manage`, and its copy of the secrets. Without it `npm run manage` has nothing to run.",
  },
  resources: { type: resources, says: "Resources of a command.", example: { memory: 1000 } },
} as const);

export const manage = {
  manage: {
    type: commands,
    plain: "decides",
    says:
      "One-off commands, as `npm run manage -- COMMAND` starts them: each runs in an allocation of its own, with the image, the " +
      "secrets and the network of what serves. Nothing runs until a command is started.",
    example: { resources: { memory: 1000 } },
    change: "companion",
  },
} as const satisfies Rows;
