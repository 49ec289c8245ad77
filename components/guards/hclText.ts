/** Texts in Nomad's ACL policies, which are HCL. */

/**
 * A text between quotes that means itself and nothing more. A policy has no way to spell `*`, `?` and the beginnings of
 * templates without their meaning, so names that hold them are refused.
 * @throws {RangeError}
 */
export function hclText(text: string): string {
  if (text === "" || /[^\p{L}\p{N} _.:/@+=-]/u.test(text)) {
    throw new RangeError(
      `${JSON.stringify(text)} can't be a name in a policy: use letters, digits, spaces and _ . : / @ + = -`,
    );
  }
  return `"${text}"`;
}
