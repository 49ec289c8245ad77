/** Volumes of the group and their mounts in the tasks. */
import type { TaskGroup, VolumeMount, VolumeRequest } from "./nomadTypes";

export type TaskName = "migrate" | "server";

export interface VolumeSpec {
  /** The volume's name within the job. */
  name: string;
  /** `host` is a client's host volume, static or dynamic. */
  type: "host" | "csi";
  /** Name of the host volume, or id of the CSI volume. */
  source: string;
  /** Absolute path in the container. */
  destination: string;
  readOnly: boolean;
  accessMode?: string;
  attachmentMode?: string;
  /** Each allocation has a volume of its own, `source[index]`. */
  perAlloc?: boolean;
  /** A process mounts what the server does. */
  tasks: readonly TaskName[];
}

/** The group's volume requests. @param more requests of other features, by their names. */
export function groupVolumes(
  volumes: readonly VolumeSpec[] = [],
  more: NonNullable<TaskGroup["Volumes"]> = {},
): Pick<TaskGroup, "Volumes"> {
  const all = { ...Object.fromEntries(volumes.map((volume) => [volume.name, request(volume)])), ...more };
  return Object.keys(all).length > 0 ? { Volumes: all } : {};
}

function request(volume: VolumeSpec): VolumeRequest {
  return {
    Name: volume.name,
    Type: volume.type,
    Source: volume.source,
    ReadOnly: volume.readOnly,
    AccessMode: volume.accessMode,
    AttachmentMode: volume.attachmentMode,
    PerAlloc: volume.perAlloc,
  };
}

/** What one task mounts. */
export function volumeMounts(
  task: TaskName,
  volumes: readonly VolumeSpec[] = [],
): { VolumeMounts?: VolumeMount[] } {
  const mounts = volumes
    .filter(({ tasks }) => tasks.includes(task))
    .map(({ name, destination, readOnly }) => ({
      Volume: name,
      Destination: destination,
      ReadOnly: readOnly,
    }));
  return mounts.length > 0 ? { VolumeMounts: mounts } : {};
}
