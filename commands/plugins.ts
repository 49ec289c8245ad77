/** `npm run plugins`: gets Pulumi's provider plugins in the versions that the program asks for. Where they are there, it does nothing. */
import { main, say, step } from "./base/step";
import { CommandError } from "./base/run";
import { pulumiCli } from "./pulumi/environment";
import { downloadFailed, installProviders, missingProviders } from "./pulumi/installPlugins";
import { laptop } from "./pulumi/laptop";

main(async () => {
  const pulumi = await pulumiCli();
  const missing = missingProviders(pulumi);
  if (missing.length === 0) return say("Plugins: the published ones are there");
  if (process.env.DJANGO_NOMAD_OFFLINE === "1") {
    return say("Plugins: the offline stand-ins (DJANGO_NOMAD_OFFLINE=1), nothing is downloaded");
  }
  const names = missing.map(({ name, version }) => `${name} ${version}`).join(", ");
  try {
    await step(
      "Plugins",
      (log) => installProviders(pulumi, missing, log),
      () => `downloaded ${names}`,
    );
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw downloadFailed(names, error, (await laptop()) !== undefined);
  }
});
