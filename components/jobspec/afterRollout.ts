/** The job that runs the commands of afterRollout: nothing until `pulumi up` asks for a run. Pure. */
import type { AppSpec, GateCommand } from "./appSpec";
import { companionHead, companionSpec } from "./companion";
import type { ParameterizedJob } from "./nomadTypes";
import { withoutUndefined } from "./stableJson";
import { failAtOnce, metaBlock, migrateTask } from "./tasks";
import { groupVolumes } from "./volumes";
import { meshOf } from "./processes";

/** Of the companion, its task group and its task. */
export const afterRolloutName = "after-rollout";

/** @param spec the application's. @param program as the gate's renderer made it. */
export function buildAfterRollout(spec: AppSpec, program: GateCommand): ParameterizedJob {
  const own = companionSpec(spec, afterRolloutName);
  // The variable of this job alone has the secrets as the migrate task has them.
  const secrets = own.secrets && { ...own.secrets, migrate: undefined };
  const { Lifecycle: _none, ...task } = migrateTask({ ...own, secrets, gate: program });
  return withoutUndefined<ParameterizedJob>({
    ...companionHead(own),
    Type: "batch",
    ParameterizedJob: { Payload: "forbidden" },
    TaskGroups: [
      {
        Name: afterRolloutName,
        Count: 1,
        ...metaBlock(own),
        ...meshOf(own, afterRolloutName),
        // A run that fails has failed: the next `up` asks for another.
        RestartPolicy: failAtOnce,
        ReschedulePolicy: { Attempts: 0, Unlimited: false },
        ...groupVolumes(own.volumes),
        Tasks: [{ ...task, Name: afterRolloutName }],
      },
    ],
  });
}
