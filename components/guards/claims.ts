/** Which component of this program has which job and which names: if two had one job id, the later would replace the other's job. */
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

/** Of a resource that a component is to have. */
export interface ResourceName {
  kind: "Job" | "Variable";
  /** Behind the component's own name. */
  suffix: string;
  /** The argument that it follows from; undefined for what each component has. */
  key: string | undefined;
}

interface Claims {
  jobs: Map<Claim, Place>;
  /** Components by the kinds and names of their resources. */
  names: Map<string, string>;
}

/** By program: one process may run several, as tests do. */
const programs = new WeakMap<object, Claims>();

function ofThisProgram(): Claims {
  const program: object = pulumi.runtime.getMonitor() ?? programs;
  const claims = programs.get(program) ?? { jobs: new Map<Claim, Place>(), names: new Map<string, string>() };
  programs.set(program, claims);
  return claims;
}

/**
 * Claims names of resources for a component, unless one of them is taken: Pulumi refuses the second of two resources when the
 * first and others are made already.
 */
export function claimNames(component: string, wanted: readonly ResourceName[]): Problem[] {
  const { names } = ofThisProgram();
  const own = new Set<string>();
  for (const { kind, suffix, key } of wanted) {
    const name = `${component}-${suffix}`;
    const id = `${kind} ${name}`;
    const other = names.get(id);
    if (other !== undefined && other !== component) return [takenByOther(name, other, key)];
    if (own.has(id)) return [takenTwice(name, key)];
    own.add(id);
  }
  for (const id of own) names.set(id, component);
  return [];
}

function takenByOther(name: string, other: string, key = "name"): Problem {
  return {
    key,
    message: `gives a resource the name "${name}", and so does DjangoApp "${other}": give one of the two components, or the process or schedule behind it, another name`,
  };
}

function takenTwice(name: string, key = "name"): Problem {
  const message = `gives a resource the name "${name}", which another one of this application has: choose another name`;
  return { key, message };
}

/** Claims jobs for a component, unless another one has one of them already: then it says which, and whose. */
export function claim(own: Claim, cluster: Place | undefined): Problem[] {
  if (cluster === undefined) return [];
  const claims = ofThisProgram().jobs;
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
