/** A process that starts what tests start, says so, and takes nothing down: for a test that kills it. */
import { Cluster } from "../../support/cluster";
import { startPostgres } from "../../support/postgres";

void Promise.all([Cluster.start({ clients: 1 }), startPostgres()]).then(() => {
  process.stdout.write("all is started\n");
  setInterval(() => undefined, 60_000);
});
