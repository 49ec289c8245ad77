import {
  type CheckRequest,
  type CheckResult,
  type CreateRequest,
  type DeleteRequest,
  type DiffRequest,
  type DiffResult,
} from "../host/types";
import {
  type Properties,
  type ReadRequest,
  type ReadResult,
  type ResourceHandler,
  Unknown,
  type UpdateRequest,
} from "../host/types";
import { isObject, unwrapAll } from "../host/values";
import { type Connection } from "./connection";
import { checkInputs, diffInputs, importInputs, type Inputs, refreshInputs } from "./resource";

const schema: Inputs = {
  name: { type: "string", replaces: true, autoname: true },
  rulesHcl: { type: "string", required: true },
  description: { type: "string" },
  jobAcl: { type: "object" },
};

interface StoredPolicy {
  Name: string;
  Description?: string;
  Rules: string;
  JobACL?: { Namespace?: string; JobID?: string; Group?: string; Task?: string } | null;
}

/** `nomad:index/aclPolicy:AclPolicy`: a set of rules, which may be attached to a job. */
export class AclPolicyHandler implements ResourceHandler {
  constructor(private readonly nomad: Connection) {}

  async check(request: CheckRequest): Promise<CheckResult> {
    return checkInputs(schema, request);
  }

  async diff(request: DiffRequest): Promise<DiffResult> {
    return diffInputs(schema, request);
  }

  async create(request: CreateRequest): Promise<{ id: string; properties: Properties }> {
    const inputs = unwrapAll(request.properties);
    if (request.preview) return { id: "", properties: { ...planned(inputs), id: Unknown.instance } };
    return { id: String(inputs.name), properties: await this.write(inputs) };
  }

  async update(request: UpdateRequest): Promise<{ properties: Properties }> {
    const inputs = unwrapAll(request.properties);
    if (request.preview) return { properties: { ...planned(inputs), id: request.id } };
    return { properties: await this.write(inputs) };
  }

  async read({ id, inputs }: ReadRequest): Promise<ReadResult | undefined> {
    const found = await this.nomad.client.find<StoredPolicy>(pathOf(id));
    if (found === undefined) return undefined;
    const properties = outputs(found);
    const importing = Object.keys(inputs).length === 0;
    return {
      id,
      properties,
      inputs: importing
        ? importInputs(schema, properties)
        : refreshInputs(schema, unwrapAll(inputs), properties),
    };
  }

  async delete({ id, signal }: DeleteRequest): Promise<void> {
    await this.nomad.client.delete(pathOf(id), { signal });
  }

  private async write(inputs: Properties): Promise<Properties> {
    const { jobAcl } = inputs;
    const policy: StoredPolicy = {
      Name: String(inputs.name),
      Description: String(inputs.description ?? ""),
      Rules: String(inputs.rulesHcl),
      ...(isObject(jobAcl) && {
        JobACL: {
          Namespace: String(jobAcl.namespace ?? "default"),
          JobID: String(jobAcl.jobId ?? ""),
          Group: String(jobAcl.group ?? ""),
          Task: String(jobAcl.task ?? ""),
        },
      }),
    };
    await this.nomad.client.put(pathOf(policy.Name), { body: policy });
    return outputs(await this.nomad.client.get<StoredPolicy>(pathOf(policy.Name)));
  }
}

function pathOf(name: string): string {
  return `/v1/acl/policy/${encodeURIComponent(name)}`;
}

function planned({ name, rulesHcl, description, jobAcl }: Properties): Properties {
  return {
    name: name ?? null,
    rulesHcl: rulesHcl ?? null,
    description: description ?? null,
    jobAcl: jobAcl ?? null,
  };
}

function outputs({ Name, Rules, Description, JobACL }: StoredPolicy): Properties {
  const jobAcl = {
    ...(JobACL?.Namespace && { namespace: JobACL.Namespace }),
    ...(JobACL?.JobID && { jobId: JobACL.JobID }),
    ...(JobACL?.Group && { group: JobACL.Group }),
    ...(JobACL?.Task && { task: JobACL.Task }),
  };
  return {
    id: Name,
    name: Name,
    rulesHcl: Rules,
    description: Description ?? "",
    jobAcl: JobACL ? jobAcl : null,
  };
}
