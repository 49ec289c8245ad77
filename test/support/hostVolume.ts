/** Dynamic host volumes of a test's cluster. */
import type { Cluster } from "./cluster";
import { waitUntil } from "./waiting";

/** As `nomad volume create` makes it, for several instances at once. @returns its folder on the client. */
export async function createHostVolume(cluster: Cluster, Name: string): Promise<string> {
  const mode = { AccessMode: "single-node-multi-writer", AttachmentMode: "file-system" };
  const wanted = { Volume: { Name, PluginID: "mkdir", RequestedCapabilities: [mode] } };
  const created = await cluster.request<{ Volume: { ID: string } }>("PUT", "/v1/volume/host/create", wanted);
  let path = "";
  await waitUntil(`volume ${Name} is made`, async () => {
    const made = await cluster.get<{ State: string; HostPath: string }>(
      `/v1/volume/host/${created.Volume.ID}`,
    );
    path = made.HostPath;
    return made.State === "ready";
  });
  return path;
}
