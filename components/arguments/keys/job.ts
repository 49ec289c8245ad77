/** Keys about the job: its image, its name, and what protects it. */
import { image } from "../image";
import { jobId, namespace } from "../names";
import { bool } from "../readers";
import type { Rows } from "../row";

export const job = {
  djangoImage: {
    type: image,
    required: true,
    says: "Image of the project. Its WORKDIR holds an executable `manage.py`; its CMD starts the web server.",
    example: "registry.example.com/shop:1.4",
    change: "release",
  },
  jobName: {
    type: jobId,
    unset: "in a stack's config: the name of the Pulumi project; in programs: the component's name",
    plain: "decides",
    says: "Nomad job id.",
    example: "shop",
    change: "job",
  },
  adopt: {
    type: bool,
    default: false,
    plain: "asked",
    says:
      "Takes over a running job of that id which another stack or another tool registered, such as the Django pack. " +
      "Without it such a job is left alone and `up` fails. Harmless once the job belongs to this stack.",
    change: "next up",
  },
  protect: {
    type: bool,
    default: false,
    plain: "asked",
    says:
      "Refuses to delete or replace the job, its secrets and its database. Under `update.strategy` `recreate` the job " +
      "itself can be replaced. A stopped job stays in Nomad's records. Also refuses an image without a digest or an " +
      "immutable tag, a secret in a plain variable, `keepData` false, plain http to another machine and " +
      "NOMAD_SKIP_VERIFY. It guards against accidents: Pulumi's `--ignore-protect` overrides it.",
    change: "next up",
  },
  immutableTags: {
    type: bool,
    default: false,
    plain: "asked",
    says:
      "States that your registries never move a tag to another image. A tag then pins an image as a digest does; `latest` " +
      "stays refused under `protect`. Without `protect` it has no effect.",
    change: "next up",
  },
  namespace: {
    type: namespace,
    unset: "NOMAD_NAMESPACE, or `default`",
    plain: "asked",
    says: "Nomad namespace of the job and of the variables that hold its secrets. It must exist.",
    example: "web",
    change: "job",
  },
} as const satisfies Rows;
