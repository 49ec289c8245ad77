import type Docker from "dockerode";
import { type PortInput } from "./inputs";

type Port = Required<PortInput>;
type Bindings = Record<string, { HostIp: string; HostPort: string }[] | null>;

/**
 * The ports that are really published, in the order in which the user gave them: the list is compared by
 * position, and Docker's own order would look like a change.
 */
export function actualPorts(inspect: Docker.ContainerInspectInfo, given: PortInput[]): Port[] {
  const bound = published(inspect.NetworkSettings.Ports);
  const configured = published(inspect.HostConfig.PortBindings as Bindings | null);
  // A stopped container publishes nothing, though it will again when it is started.
  const left = bound.length > 0 ? bound : configured;
  const ordered: Port[] = [];
  for (const port of given) {
    const index = left.findIndex((candidate) => matches(candidate, port));
    if (index >= 0) ordered.push(...left.splice(index, 1));
  }
  const rest = inspect.HostConfig.PublishAllPorts ? [] : left;
  return [...ordered, ...rest.sort((a, b) => a.internal - b.internal || a.external - b.external)];
}

function published(bindings: Bindings | null | undefined): Port[] {
  return Object.entries(bindings ?? {}).flatMap(([key, hosts]) => {
    const [internal, protocol = "tcp"] = key.split("/");
    return (hosts ?? []).map(({ HostIp, HostPort }) => ({
      internal: Number(internal),
      external: Number(HostPort || 0),
      ip: HostIp || "0.0.0.0",
      protocol,
    }));
  });
}

function matches(port: Port, given: PortInput): boolean {
  return (
    port.internal === given.internal &&
    port.protocol === (given.protocol ?? "tcp") &&
    port.ip === (given.ip ?? "0.0.0.0") &&
    (!given.external || port.external === given.external)
  );
}
