/** Whose job it is: the stack's names, and a random value that only its state holds. */
import * as pulumi from "@pulumi/pulumi";
import { known } from "../nomad/known";
import { randomHex } from "../secrets/generatedSecrets";

/** What a job's meta says of its owner. */
export interface Owner {
  /** As `project/stack`, for people. */
  stack: string;
  /** Undefined in a preview before the first `up`, which makes it. */
  id: string | undefined;
}

/** What an `up` makes to tell the owner of a job. */
export interface MadeOwner {
  ownerId: string | undefined;
  proofDelimiter: string;
}

/** Stands in before the stack's first `up` has made the real ones: a job with it is planned and compared, never registered. */
export const unmadeOwner: MadeOwner = {
  ownerId: undefined,
  proofDelimiter: "0".repeat(16),
};

/** Bytes of the id, and of the delimiter. */
const idBytes = 8;

/**
 * Made once and kept in the stack's state: two clones with equal project and stack names are two owners. A stack that
 * lost its state is a new one, too.
 */
export class OwnerMark {
  readonly stack = `${pulumi.getProject()}/${pulumi.getStack()}`;
  readonly id: pulumi.Output<string>;
  /** Delimiter of the gate's proof. The job's meta, which tasks can read, does not hold it. */
  readonly proofDelimiter: pulumi.Output<string>;

  constructor(name: string, parent: pulumi.Resource) {
    const hex = randomHex(`${name}-owner`, { bytes: 2 * idBytes }, { parent });
    this.id = hex.apply((digits) => digits.slice(0, 2 * idBytes));
    this.proofDelimiter = hex.apply((digits) => digits.slice(2 * idBytes));
  }

  /** What the job holds of it, without what only `up` knows. */
  async made(): Promise<MadeOwner> {
    const [ownerId, proofDelimiter] = await Promise.all([known(this.id), known(this.proofDelimiter)]);
    return { ownerId, proofDelimiter: proofDelimiter ?? unmadeOwner.proofDelimiter };
  }

  /** The owner, without what only `up` knows. */
  async known(): Promise<Owner> {
    return { stack: this.stack, id: await known(this.id) };
  }
}
