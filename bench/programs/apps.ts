/** Several applications in one stack, each with secrets and a service as the README's. */
import * as pulumi from "@pulumi/pulumi";
import { DjangoApp, type DjangoAppArgs } from "../../components";
import { type NomadJob, proofName } from "../../components/jobspec";

const settings = new pulumi.Config();
const args = settings.requireObject<DjangoAppArgs & { jobName: string }>("app");
const secretEnvVars = settings.requireSecretObject<Record<string, string>>("secretEnvVars");

/** The job with processes that do nothing: a hundred sites would leave no processor to measure with. */
function idle(job: NomadJob): NomadJob {
  const [migrate, server] = job.TaskGroups[0].Tasks;
  // Without networks of their own, which take longer to make than the processes.
  const { ports: _, ...config } = server.Config;
  server.Config = { ...config, network_mode: "host", command: "/bin/sleep", args: ["infinity"] };
  // The gate's last act alone: Nomad starts no server without it.
  const proof = `echo > "$NOMAD_ALLOC_DIR/${proofName}"`;
  const args = ["-c", proof, ...(migrate.Config.args ?? [])];
  Object.assign(migrate.Config, { network_mode: "host", command: "/bin/sh", args });
  return job;
}

for (let number = 1; number <= settings.requireNumber("apps"); number++) {
  const jobName = `${args.jobName}-${number}`;
  new DjangoApp(`app-${number}`, { ...args, jobName, secretEnvVars, transform: idle });
}
