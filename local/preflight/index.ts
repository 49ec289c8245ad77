/** Before minutes are spent: says what this machine lacks, all at once, within two seconds. */
import { say } from "../../commands/base/step";
import { gatherFacts, type FactsOptions } from "./facts";
import { comesByItself, type Lack, lacksOf } from "./problems";

export type { Lack } from "./problems";

/** What is printed for people, one lack after the other. */
export function described(lacks: readonly Lack[]): string {
  return lacks.map(({ what, remedy }) => `  - ${what}\n    ${remedy}.`).join("\n");
}

/**
 * Looks at this machine and prints what it lacks.
 * @returns what makes it useless to go on; nothing on a machine that can do all of it.
 */
export async function preflight(options: FactsOptions): Promise<Lack[]> {
  if (process.env.DJANGO_NOMAD_PREFLIGHT === "0") {
    say("Did not check what this machine lacks (DJANGO_NOMAD_PREFLIGHT=0)");
    return [];
  }
  const facts = await gatherFacts(options);
  const lacks = lacksOf(facts);
  const certain = lacks.filter((one) => one.certain);
  const uncertain = lacks.filter((one) => !one.certain);
  if (certain.length > 0) say(`This machine lacks:\n${described(certain)}`);
  if (uncertain.length > 0) say(`This machine may lack:\n${described(uncertain)}`);
  if (certain.length === 0) {
    const coming = comesByItself(facts);
    say(`This machine has what it takes${coming.length > 0 ? `; still to come: ${coming.join(", ")}` : ""}`);
  }
  return certain;
}
