import type { Registration } from "../test/support/clone";
import type { Cluster } from "../test/support/cluster";
import { requestLoop } from "../test/support/requests";

/** 50 requests a second to every instance that Nomad lists, and how many of them answer. */
export function watchSite(cluster: Cluster, service: string): ReturnType<typeof requestLoop> {
  return requestLoop({
    instances: async () =>
      (await cluster.get<Registration[]>(`/v1/service/${service}`)).map(
        ({ Address, Port }) => `http://${Address}:${Port}/version`,
      ),
    perSecond: 50,
    sampleCapacity: true,
  });
}
