/** No resource; the plugins that it names are started all the same. */
import * as docker from "@pulumi/docker";
import * as nomad from "@pulumi/nomad";
import * as pulumi from "@pulumi/pulumi";

const plugins: Record<string, () => pulumi.ProviderResource> = {
  nomad: () => new nomad.Provider("nomad", { address: new pulumi.Config("nomad").require("address") }),
  docker: () => new docker.Provider("docker", {}),
};

for (const name of new pulumi.Config().requireObject<string[]>("plugins")) plugins[name]();
