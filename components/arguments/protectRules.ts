/** Rules of a stack that is protected: what is doubtful elsewhere is refused there. */
import { isLoopback } from "./databaseRules";
import type { Problem } from "./problem";
import { type Given, type Rule, when } from "./rule";
import { movingImage, plainSecrets } from "./warnings";

const because = "protect is true: ";

const guarded =
  (problems: (given: Given) => Problem[]): Rule["problems"] =>
  (given) =>
    given.protect === true
      ? problems(given).map(({ key, message }) => ({ key, message: `${because}${message}` }))
      : [];

export const protectRules: Rule[] = [
  { keys: ["protect", "djangoImage"], problems: guarded(movingImage) },
  { keys: ["protect"], problems: guarded(plainSecrets) },
  {
    keys: ["protect", "postgres", "database"],
    problems: guarded((given) =>
      (["postgres", "database"] as const).flatMap((key) =>
        when(
          given[key]?.keepData === false,
          `${key}.keepData`,
          "is false, with which a destroy deletes every row: remove it",
        ),
      ),
    ),
  },
];

/**
 * What travels in the clear between Pulumi and Nomad: the token, and every secret.
 * @param address of `nomad:address` or NOMAD_ADDR.
 */
export function clearTransport({ protect }: Pick<Given, "protect">, address: string | undefined): Problem[] {
  if (protect !== true || address === undefined || !URL.canParse(address)) return [];
  const { protocol, hostname } = new URL(address);
  return when(
    protocol === "http:" && !isLoopback(hostname.replace(/^\[|\]$/g, "")),
    "nomad:address",
    `${because}is "${address}", over which the token and every secret would travel in the clear. Use https://, and nomad:caFile ` +
      "for an authority of your own",
  );
}
