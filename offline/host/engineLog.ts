import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { message as ours, printable } from "../../components/messages/printable";
import { type Log } from "./types";

const SEVERITIES = {
  debug: LogSeverity.DEBUG,
  info: LogSeverity.INFO,
  warning: LogSeverity.WARNING,
  error: LogSeverity.ERROR,
} as const;

/** Messages to the person who runs Pulumi, sent through the engine. Without an engine they go to stderr. */
export class EngineLog {
  private client: EngineClient | undefined;
  private sent: Promise<void> = Promise.resolve();

  connect(address: string): void {
    this.client ??= new EngineClient(address, credentials.createInsecure());
  }

  readonly log: Log = (severity, text, urn) => {
    const message = printable(text, ours);
    const { client } = this;
    if (client === undefined) {
      process.stderr.write(`${severity}: ${message}\n`);
      return;
    }
    const request = new LogRequest();
    request.setSeverity(SEVERITIES[severity]);
    request.setMessage(message);
    if (urn !== undefined) request.setUrn(urn);
    this.sent = this.sent.then(
      () =>
        new Promise((resolve) =>
          client.log(request, (error) => {
            // A message that the engine refuses must not fail the operation that it is about.
            if (error) process.stderr.write(`${severity}: ${message} (not shown: ${error.details})\n`);
            resolve();
          }),
        ),
    );
  };

  /** Resolves when everything said so far has arrived, so that it is shown before the step ends. */
  flush(): Promise<void> {
    return this.sent;
  }
}
