import { type CheckFailure, type CheckRequest, type CheckResult } from "../../host/types";
import { containsUnknown } from "../../host/values";
import { checkInputs } from "../schema/check";
import { containerFields } from "./fields";
import { type ContainerInputs, containerInputs, type UploadInput } from "./inputs";

/** Inputs that Docker could only refuse later, or would quietly ignore, are refused here. */
export function checkContainer(request: CheckRequest): CheckResult {
  const { inputs, failures = [] } = checkInputs(containerFields, request);
  const known = Object.fromEntries(Object.entries(inputs).filter(([, value]) => !containsUnknown(value)));
  return { inputs, failures: failures.length > 0 ? failures : combinations(containerInputs(known)) };
}

function combinations(inputs: ContainerInputs): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const refuse = (property: string, reason: string) => failures.push({ property, reason });
  if (inputs.attach && inputs.mustRun !== false) {
    refuse("mustRun", "must be false when attach is true: attach waits until the container has ended");
  }
  if (inputs.logs && !inputs.attach)
    refuse("logs", "needs attach: true, which waits until the container has ended");
  if (inputs.rm && (inputs.restart ?? "no") !== "no") {
    refuse("restart", `must be "no" when rm is true, was "${inputs.restart}"`);
  }
  if (inputs.maxRetryCount && inputs.restart !== "on-failure") {
    refuse("maxRetryCount", `needs restart: "on-failure", restart was "${inputs.restart}"`);
  }
  inputs.volumes?.forEach((volume, index) => {
    if (volume.fromContainer || volume.containerPath) return;
    refuse(`volumes[${index}].containerPath`, "is required, unless fromContainer is given");
  });
  inputs.uploads?.forEach((upload, index) => {
    const contents = contentsOf(upload);
    if (contents.length === 1) return;
    const given = contents.length === 0 ? "none was given" : `${contents.join(" and ")} were given`;
    refuse(`uploads[${index}]`, `needs exactly one of content, contentBase64 and source; ${given}`);
  });
  return failures;
}

function contentsOf(upload: UploadInput): string[] {
  return (["content", "contentBase64", "source"] as const).filter((key) => upload[key] !== undefined);
}
