import type * as pulumi from "@pulumi/pulumi";

/**
 * The options without empty entries among the providers: a program leaves one for a provider that only some stacks have, and
 * Pulumi would wait for it for ever.
 */
export function withoutEmptyProviders(
  opts: pulumi.ComponentResourceOptions | undefined,
): pulumi.ComponentResourceOptions | undefined {
  if (!opts?.providers) return opts;
  const { providers } = opts;
  const given = Array.isArray(providers)
    ? providers.filter(Boolean)
    : Object.fromEntries(Object.entries(providers).filter(([, one]) => Boolean(one)));
  return { ...opts, providers: given };
}
