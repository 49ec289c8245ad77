/** Which component of this program has which job. If two had one job id, the later one would replace the other's job. */
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments";

/** Jobs of one component. */
export interface Claim {
  /** Name of the component. */
  component: string;
  /** Nomad job ids. */
  jobs: readonly string[];
  namespace: string;
}

/** A cluster, or a region of one. */
interface Place {
  address: string;
  region?: string;
}

/** By program: one process may run several, as tests do. */
const programs = new WeakMap<object, Map<Claim, Place>>();

function ofThisProgram(): Map<Claim, Place> {
  const program: object = pulumi.runtime.getMonitor() ?? programs;
  const claims = programs.get(program) ?? new Map<Claim, Place>();
  programs.set(program, claims);
  return claims;
}

/** Claims jobs for a component, unless another one has one of them already: then it says which, and whose. */
export function claim(own: Claim, cluster: Place | undefined): Problem[] {
  if (cluster === undefined) return [];
  const claims = ofThisProgram();
  const others = [...claims].filter(
    ([other, place]) => other !== own && isSamePlace(other, place, own, cluster),
  );
  const problems = others.flatMap(([other]) => shared(own, other));
  if (problems.length === 0) claims.set(own, cluster);
  return problems;
}

function shared(own: Claim, other: Claim): Problem[] {
  const twice = own.jobs.filter((job) => other.jobs.includes(job));
  return twice.slice(0, 1).map((job) => ({
    key: "jobName",
    message:
      `job "${job}" in namespace ${own.namespace} also belongs to DjangoApp "${other.component}" on the same cluster, and ` +
      `"${own.component}" would replace its instances: give one of the two another jobName`,
  }));
}

function isSamePlace(one: Claim, here: Place, other: Claim, there: Place): boolean {
  return one.namespace === other.namespace && spelled(here) === spelled(there);
}

/** An address has several spellings; a region that nobody names is most often Nomad's default. */
function spelled({ address, region = "global" }: Place): string {
  const url = URL.canParse(address) ? new URL(address).origin.replace("//localhost", "//127.0.0.1") : address;
  return `${url} ${region}`;
}
