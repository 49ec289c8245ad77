import { labelMap } from "../labels";
import { type MountInput, type VolumeInput } from "./inputs";

/** True for a volume with a source: a folder of the host, or a volume by name. */
export function isBind(volume: VolumeInput): boolean {
  return Boolean(volume.hostPath || volume.volumeName);
}

/** The form in which Docker takes such a volume. */
export function bind(volume: VolumeInput): string {
  const options = [volume.readOnly ? "ro" : "rw", ...(volume.selinuxRelabel ? [volume.selinuxRelabel] : [])];
  return `${volume.hostPath || volume.volumeName}:${volume.containerPath}:${options.join(",")}`;
}

/** Volumes without a source: Docker makes one for each. */
export function anonymousVolumes(volumes: VolumeInput[] | undefined): Record<string, object> {
  const anonymous = (volumes ?? []).filter((volume) => !isBind(volume) && !volume.fromContainer);
  return Object.fromEntries(anonymous.map((volume) => [volume.containerPath ?? "", {}]));
}

export function mount({
  type,
  source,
  target,
  readOnly,
  bindOptions,
  tmpfsOptions,
  volumeOptions,
}: MountInput): object {
  return {
    Type: type,
    Source: source,
    Target: target,
    ReadOnly: readOnly,
    BindOptions: bindOptions && { Propagation: bindOptions.propagation },
    TmpfsOptions: tmpfsOptions && { SizeBytes: tmpfsOptions.sizeBytes, Mode: tmpfsOptions.mode },
    VolumeOptions: volumeOptions && {
      NoCopy: volumeOptions.noCopy,
      Labels: labelMap(volumeOptions.labels),
      Subpath: volumeOptions.subpath,
      DriverConfig:
        volumeOptions.driverName === undefined && volumeOptions.driverOptions === undefined
          ? undefined
          : { Name: volumeOptions.driverName ?? "", Options: volumeOptions.driverOptions ?? {} },
    },
  };
}
