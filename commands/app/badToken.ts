/** What no provider says of a token that Nomad refuses: whether it is the token itself that is bad. */
import { NomadApiError } from "../../components/nomad/api";
import { asSentence } from "../../components/nomad/token";
import { applicationOf } from "./application";

/**
 * A sentence for the user; undefined when nothing is wrong with the token of that stack, or Nomad does not answer: the
 * run was red for a reason that it has printed.
 * @throws {UserError} when nothing says where the stack's Nomad is.
 */
export async function badToken(stack: string): Promise<string | undefined> {
  const api = (await applicationOf(stack)).connect(AbortSignal.timeout(10_000));
  try {
    const problem = api.tokenProblem(await api.ask("GET", "/v1/acl/token/self"));
    return problem && asSentence(problem);
  } catch (error) {
    if (error instanceof NomadApiError) return undefined;
    throw error;
  }
}
