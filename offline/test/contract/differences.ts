/** One way in which an offline plugin answers differently from the published one, on purpose. */
export interface Difference {
  plugin: "nomad" | "docker" | "postgresql";
  /** Type token of the resource; all resources of the plugin when left out. */
  resource?: string;
  /** `Preview` is a Create or Update during `pulumi preview`. */
  method: "Check" | "Diff" | "Preview" | "Create" | "Read" | "Update" | "Delete";
  /**
   * Where in the answer: `detailedDiff.region`, `properties.itemsWo`, `error`. A `*` stands for one part of
   * the path; what lies below the path is covered too.
   */
  path: string;
  reason: string;
}

/** Everything that differs on purpose. What is not here must be equal, and what is here must differ. */
export const differences: Difference[] = [
  {
    plugin: "docker",
    resource: "docker:index/container:Container",
    method: "Preview",
    path: "properties.volumes.*.readOnly",
    reason:
      "an update's preview keeps the null of the create instead of turning it into false: both mean read-write",
  },
  {
    plugin: "docker",
    resource: "docker:index/container:Container",
    method: "Update",
    path: "error",
    reason: "a container that was removed by hand: the message also says how to recover",
  },
  {
    plugin: "nomad",
    resource: "nomad:index/job:Job",
    method: "Update",
    path: "error",
    reason:
      "a failed deployment: the engine names the resource beside the message, so its URN is not repeated",
  },
];
