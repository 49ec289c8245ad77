import { nomadProvider } from "../../local/plugins/nomad/provider";
import { replayTests } from "./support/replay";

const provider = nomadProvider();
// Nothing listens on port 1: what is replayed must not need a cluster.
void provider.configure({ address: "http://127.0.0.1:1" }, () => undefined);
replayTests("nomad", provider);
