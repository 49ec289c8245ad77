/** Images that name a tag and a digest, on a Nomad that may drop the digest. */
import type { AccessAnswer } from "./accessCheck";
import { digestSupport } from "./digestSupport";
import { taggedDigests } from "../arguments";
import type { DjangoAppArgs } from "../arguments/djangoAppArgs";
import type { NomadApi } from "../nomad/api";
import { known } from "../nomad/known";

/**
 * Warns if the cluster's Nomad drops the digest, and refuses under `protect`. Asks Nomad only when there is such an image.
 * @throws {NomadApiError} when Nomad does not answer.
 */
export async function keptDigests(
  api: NomadApi,
  args: Pick<DjangoAppArgs, "djangoImage" | "backups" | "protect">,
): Promise<AccessAnswer> {
  const [djangoImage, image] = await Promise.all([known(args.djangoImage), known(args.backups?.image)]);
  const images = taggedDigests({ djangoImage, backups: { image } });
  if (images.length === 0) return {};
  const { tooOld, asked } = await digestSupport(api);
  if (asked && tooOld === undefined) return {};
  const why = asked ? `this is Nomad ${tooOld}` : "this token may not ask for Nomad's version";
  const lines = images.map(({ key, message }) => `${key}: ${message} (${why})`).join("\n");
  if (args.protect !== true) return asked ? { warning: lines } : {};
  return asked ? { refusal: `${lines}\nprotect is true: nothing was changed` } : { warning: lines };
}
