import { Metadata, status } from "@grpc/grpc-js";
import type { ServerErrorResponse } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { message as ours, printable } from "../../components/messages/printable";
import { type Properties, PartialFailure } from "./types";
import { keepSecrets, toStruct } from "./values";

/** An error as the engine takes it. A {@link PartialFailure} carries the state to keep. */
export function toServiceError(error: unknown, inputs: Properties = {}): Partial<ServerErrorResponse> {
  // Pulumi obeys its own colour markup in errors, too.
  const message = printable(describe(error), ours);
  if (!(error instanceof PartialFailure)) return { code: status.UNKNOWN, details: message };
  const detail = new ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(toStruct(keepSecrets(error.properties, inputs)));
  detail.setInputs(toStruct(keepSecrets(error.inputs, inputs)));
  detail.setReasonsList([message]);
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const rpcStatus = new Status();
  rpcStatus.setCode(status.UNKNOWN);
  rpcStatus.setMessage(message);
  rpcStatus.addDetails(any);
  const metadata = new Metadata();
  // The name under which gRPC libraries of other languages look for structured errors.
  metadata.set("grpc-status-details-bin", Buffer.from(rpcStatus.serializeBinary()));
  return { code: status.UNKNOWN, details: message, metadata };
}

export function unimplemented(method: string): Partial<ServerErrorResponse> {
  return { code: status.UNIMPLEMENTED, details: `${method} is not implemented` };
}

/** What a person can act on. Only a defect of the plugin itself shows where it happened. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isDefect =
    error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
  if (isDefect && error.cause === undefined) return error.stack ?? error.message;
  // Several refused connections at once (IPv4 and IPv6) come without a message of their own.
  if (error.message === "" && error instanceof AggregateError) return error.errors.map(describe).join("; ");
  return error.message;
}
