/** Which component of this program has which job: of two with one job id the later one would replace the other's. */
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments";

/** One job in one place. */
export interface Claim {
  /** Name of the component. */
  component: string;
  /** Nomad job ids. */
  jobs: readonly string[];
  namespace: string;
  /** Address and region; undefined while they are not known. */
  cluster: { address: string; region?: string } | undefined;
}

/** By program: one process may run several, as tests do. */
const programs = new WeakMap<object, Claim[]>();

function ofThisProgram(): Claim[] {
  const program: object = pulumi.runtime.getMonitor() ?? programs;
  const claims = programs.get(program) ?? [];
  programs.set(program, claims);
  return claims;
}

/** Claims jobs for a component, and says which of them another one has already. */
export function claim(own: Claim): Problem[] {
  const claims = ofThisProgram();
  const others = claims.filter(({ component }) => component !== own.component);
  claims.splice(0, claims.length, ...others, own);
  return others.filter((other) => isSamePlace(other, own)).flatMap((other) => shared(own, other));
}

function shared(own: Claim, other: Claim): Problem[] {
  const twice = own.jobs.filter((job) => other.jobs.includes(job));
  return twice.slice(0, 1).map((job) => ({
    key: "jobName",
    message:
      `job "${job}" in namespace ${own.namespace} is also that of DjangoApp "${other.component}" on the same cluster, and ` +
      `"${own.component}" would replace its instances: give one of the two another jobName`,
  }));
}

function isSamePlace(one: Claim, other: Claim): boolean {
  if (!one.cluster || !other.cluster || one.namespace !== other.namespace) return false;
  return spelled(one.cluster) === spelled(other.cluster);
}

/** An address has several spellings; a region that nobody names is most often Nomad's default. */
function spelled({ address, region = "global" }: { address: string; region?: string }): string {
  const url = URL.canParse(address) ? new URL(address).origin.replace("//localhost", "//127.0.0.1") : address;
  return `${url} ${region}`;
}
