import { PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { type CheckFailure, type CheckResult, type DiffKind, type DiffResult } from "./types";
import { toStruct } from "./values";

const DIFF_KINDS: Record<DiffKind, PropertyDiff.Kind> = {
  add: PropertyDiff.Kind.ADD,
  "add-replace": PropertyDiff.Kind.ADD_REPLACE,
  delete: PropertyDiff.Kind.DELETE,
  "delete-replace": PropertyDiff.Kind.DELETE_REPLACE,
  update: PropertyDiff.Kind.UPDATE,
  "update-replace": PropertyDiff.Kind.UPDATE_REPLACE,
};

function checkFailure({ property, reason }: CheckFailure): proto.CheckFailure {
  const failure = new proto.CheckFailure();
  failure.setProperty(property);
  failure.setReason(reason);
  return failure;
}

export function checkResponse({ inputs, failures }: CheckResult): proto.CheckResponse {
  const response = new proto.CheckResponse();
  response.setInputs(toStruct(inputs));
  response.setFailuresList((failures ?? []).map(checkFailure));
  return response;
}

export function diffResponse(diff: DiffResult): proto.DiffResponse {
  const { DiffChanges } = proto.DiffResponse;
  const response = new proto.DiffResponse();
  response.setChanges(diff.changes === "none" ? DiffChanges.DIFF_NONE : DiffChanges.DIFF_SOME);
  response.setDiffsList(diff.diffs ?? []);
  response.setReplacesList(diff.replaces ?? []);
  response.setStablesList(diff.stables ?? []);
  response.setDeletebeforereplace(diff.deleteBeforeReplace ?? false);
  response.setHasdetaileddiff(diff.detailedDiff !== undefined || diff.changes === "none");
  for (const [path, { kind, inputDiff }] of Object.entries(diff.detailedDiff ?? {})) {
    const property = new PropertyDiff();
    property.setKind(DIFF_KINDS[kind]);
    property.setInputdiff(inputDiff ?? false);
    response.getDetaileddiffMap().set(path, property);
  }
  return response;
}
