/** The service that the allocations register, and its check. */
import type { AppSpec, ServiceSpec } from "./appSpec";
import { nanoseconds } from "./duration";
import type { Check, Service } from "./nomadTypes";

/** True when the service is a Consul Connect mesh member, which needs bridge networking. */
export function usesConnect(service: ServiceSpec | undefined): boolean {
  return (service?.upstreams.length ?? 0) > 0;
}

function check(service: ServiceSpec, connected: boolean): Check {
  return {
    Type: service.checkType,
    ...(service.checkType === "http" ? { Path: service.checkPath } : {}),
    Interval: nanoseconds(service.checkInterval),
    Timeout: nanoseconds(service.checkTimeout),
    ...(Object.keys(service.checkHeaders).length > 0
      ? {
          Header: Object.fromEntries(
            Object.entries(service.checkHeaders).map(([name, value]) => [name, [value]]),
          ),
        }
      : {}),
    // In the mesh the port is closed to the outside: Nomad opens a path through the proxy for the check.
    ...(connected && service.checkType === "http" ? { Expose: true } : {}),
  };
}

/** The Nomad service block of {@link ServiceSpec}. */
export function renderService(spec: AppSpec, service: ServiceSpec): Service {
  const connected = usesConnect(service);
  return {
    Name: service.serviceName,
    Provider: service.serviceProvider,
    // A mesh member registers the port itself: its proxy dials the application inside the namespace.
    PortLabel: connected ? String(spec.port) : spec.portLabel,
    // On a user-defined Docker network Nomad would register the container's own address, which is
    // reachable from this machine alone.
    ...(connected ? {} : { AddressMode: "host" as const }),
    ...(service.serviceTags.length > 0 ? { Tags: [...service.serviceTags] } : {}),
    ...((service.canaryTags ?? []).length > 0 ? { CanaryTags: [...(service.canaryTags ?? [])] } : {}),
    ...(service.checkEnabled ? { Checks: [check(service, connected)] } : {}),
    ...(connected
      ? {
          Connect: {
            SidecarService: {
              Proxy: {
                Upstreams: service.upstreams.map(({ name, port }) => ({
                  DestinationName: name,
                  LocalBindPort: port,
                })),
              },
            },
          },
        }
      : {}),
  };
}
