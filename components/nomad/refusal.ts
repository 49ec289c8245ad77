/** Why Nomad refused a request, for people. Pure. */
import { rightFor } from "./requests";
import { describeRight } from "./right";

export interface Refused {
  method: string;
  path: string;
  query?: string;
  /** Of the request; unset, it is the token's default one. */
  namespace?: string;
}

/** The command that prints a policy which is enough; unset, without the stack's name. */
export function policyCommand(stack?: string): string {
  return `npm run policy -- deploy${stack === undefined ? "" : ` --stack ${stack}`}`;
}

/** Such as `read-job in namespace web`; undefined for a request that no right of a policy decides. */
export function neededRight({ method, path, query, namespace = "default" }: Refused): string | undefined {
  const right = rightFor(method, path, query);
  return right && describeRight(right, namespace);
}

/** Names the right that a token lacks which is good otherwise; undefined as for {@link neededRight}. */
export function lackingRight(refused: Refused): string | undefined {
  const right = neededRight(refused);
  if (!right) return undefined;
  return right.startsWith("alloc-lifecycle ")
    ? `the token lacks ${right}, which the policy of \`${policyCommand()}\` leaves out`
    : `the token lacks ${right}; \`${policyCommand()}\` prints the policy that it needs`;
}
