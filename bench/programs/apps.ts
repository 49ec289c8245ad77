/** Several applications in one stack, each with secrets and a service as the README's. */
import * as pulumi from "@pulumi/pulumi";
import { DjangoApp, type DjangoAppArgs } from "../../components";

const config = new pulumi.Config();
const args = config.requireObject<DjangoAppArgs & { jobName: string }>("app");
const secretEnvVars = config.requireSecretObject<Record<string, string>>("secretEnvVars");

for (let number = 1; number <= config.requireNumber("apps"); number++) {
  new DjangoApp(`app-${number}`, {
    ...args,
    jobName: `${args.jobName}-${number}`,
    secretEnvVars,
    // Registered, but nothing runs: a hundred sites would leave no processor to measure with.
    transform: (job) => {
      job.TaskGroups[0].Count = config.getBoolean("run") ? job.TaskGroups[0].Count : 0;
      return job;
    },
  });
}
