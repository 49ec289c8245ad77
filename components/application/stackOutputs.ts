/** The outputs that a stack exports. */
import * as pulumi from "@pulumi/pulumi";
import { defaults } from "../arguments/keys";
import type { HttpServiceArgs } from "../arguments/configArgs";
import { webCount } from "../arguments/processCounts";
import { placeOptions } from "../nomad/api";
import type { ReleaseSummary } from "../rollout";
import type { Application } from "./application";

/** Commands to type next. */
export interface NextCommands {
  /** Shows the job, its deployment and its instances. */
  status: string;
  /** Shows the addresses at which the instances answer, from the catalog that lists the service; unset without one. */
  addresses?: string;
  /** Shows the web server's log. */
  logs: string;
  /** Shows the migrations' log. */
  migrations: string;
}

/** What a stack exports. */
export interface StackOutputs {
  /** Nomad job id. */
  job: string;
  /** Nomad namespace of the job. */
  namespace: string;
  /** The image that serves. */
  image: pulumi.Output<string>;
  /** Number of web servers; with `scaling`, the initial one. 0 while the application is parked. */
  count: number;
  /** Name of the service; unset when none is registered. */
  service?: pulumi.Output<string>;
  /** Who migrates, in words. */
  migration: pulumi.Output<string>;
  /** The last release: what its migrations and its rollout took. Unset before the first one. */
  release?: pulumi.Output<ReleaseSummary | undefined>;
  /** What to type next. */
  next: pulumi.Output<NextCommands>;
}

const leaderInWords = {
  "index-zero-first": "allocation 0 migrates, the others wait for it",
  "index-zero": "allocation 0 migrates, the others wait for it",
  "first-to-lock": "the first allocation to get the database's lock migrates, the others wait for it",
};

const othersInWords = {
  wait: "another pipeline migrates, every instance waits for it",
  none: "nobody migrates: the site has no database",
};

/** Who migrates, as {@link StackOutputs} has it. */
function migrationOf({ migrations, migrationLeader }: Application["args"]): pulumi.Output<string> {
  return pulumi
    .all([migrations, migrationLeader])
    .apply(([who = defaults.migrations, leader = defaults.migrationLeader]) =>
      who === "run" ? leaderInWords[leader] : othersInWords[who],
    );
}

/** Everything that is known of an application that serves. */
export function outputsOf(app: Application): StackOutputs {
  const { args, jobName, namespace } = app;
  const service = args.httpService?.serviceName;
  return {
    job: jobName,
    namespace,
    image: pulumi.output(args.djangoImage),
    count: webCount(args),
    ...(service === undefined ? {} : { service: pulumi.output(service) }),
    migration: migrationOf(args),
    next: nextCommands(app),
  };
}

/** Name of the service where Nomad's own catalog lists it. */
export function serviceInNomad(
  service: Application["args"]["httpService"],
): pulumi.Output<string | undefined> {
  return pulumi.output(service).apply((known) => {
    const provider = known?.serviceProvider ?? defaults.httpService.serviceProvider;
    return provider === "nomad" ? known?.serviceName : undefined;
  });
}

function nextCommands({ args, jobName, namespace, cluster }: Application): pulumi.Output<NextCommands> {
  const { httpService } = args;
  // Whom to ask may be another resource's output; a preview does without.
  const region = pulumi.output(cluster.connection().then((connection) => connection.region));
  return pulumi.all([region, httpService]).apply(([named, service]) => {
    const place = placeOptions({
      region: named,
      namespace: namespace === "default" ? undefined : namespace,
    });
    return {
      status: `nomad job status${place} ${jobName}`,
      ...(service === undefined ? {} : { addresses: addressesCommand(service, place) }),
      logs: `nomad alloc logs${place} -task server -job ${jobName}`,
      migrations: `nomad alloc logs${place} -task migrate -job ${jobName}`,
    };
  });
}

/** The catalog's own CLI knows ports, too. Without a handler `consul watch` prints what there is and ends. */
function addressesCommand(
  { serviceName, serviceProvider = defaults.httpService.serviceProvider }: pulumi.Unwrap<HttpServiceArgs>,
  place: string,
): string {
  return serviceProvider === "nomad"
    ? `nomad service info${place} ${serviceName}`
    : `consul watch -type=service -service=${serviceName} -passingonly=true`;
}
