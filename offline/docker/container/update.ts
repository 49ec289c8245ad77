import type { HostConfig } from "dockerode";
import { type Properties } from "../../host/types";
import { canonical } from "../schema/values";
import { resourceLimits } from "./createOptions";
import { type ContainerInputs } from "./inputs";

const UPDATABLE = [
  "restart",
  "maxRetryCount",
  "memory",
  "memoryReservation",
  "memorySwap",
  "cpuShares",
  "cpuSet",
  "cpuPeriod",
  "cpuQuota",
] as const;

/** What Docker's "update container" call takes; undefined when nothing of it changed. */
export function limitsUpdate(olds: Properties, inputs: ContainerInputs): HostConfig | undefined {
  const news = inputs as unknown as Properties;
  if (UPDATABLE.every((key) => canonical(olds[key]) === canonical(news[key]))) return undefined;
  const { NanoCpus: _cpus, ...limits } = resourceLimits(inputs);
  return {
    ...limits,
    // What Docker chooses for a new container; the old limit could be lower than the new memory.
    ...(inputs.memory && inputs.memorySwap === undefined ? { MemorySwap: 2 * (limits.Memory ?? 0) } : {}),
  };
}
