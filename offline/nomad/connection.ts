import { type Log, type Properties } from "../host/types";
import { NomadClient } from "./client";
import { readSettings } from "./settings";

/** What every handler works with, once the provider has been configured. */
export class Connection {
  private configured: { client: NomadClient; log: Log } | undefined;

  configure(inputs: Properties, log: Log): void {
    this.configured = { client: new NomadClient(readSettings(inputs)), log };
  }

  get client(): NomadClient {
    return this.ready.client;
  }

  get log(): Log {
    return this.ready.log;
  }

  private get ready(): { client: NomadClient; log: Log } {
    if (this.configured === undefined)
      throw new Error("the nomad provider was used before it was configured");
    return this.configured;
  }
}
