/** `npm run status -- [--stack NAME] [--json]`: what serves. Ends with 0 when everything runs that should, and with 1 otherwise. */
import { parseArgs } from "node:util";
import { NomadApiError } from "../components/nomad/api";
import { applicationOf } from "./app/application";
import { registeredJob } from "./app/jobs";
import { namedCompanions } from "./app/namedCompanions";
import { statusOf } from "./app/statusOf";
import { statusText } from "./app/statusText";
import { main, UserError } from "./base/step";
import { ownConfig } from "./pulumi/stackFile";

const usage =
  "Usage: npm run --silent status -- [--stack NAME] [--json]\n" +
  "  Ends with 0 when everything runs that should and the last run of each schedule ended well, with 1 otherwise.";

interface Options {
  stack: string;
  json: boolean;
}

function readOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        stack: { type: "string", short: "s", default: "dev" },
        json: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n${usage}`);
  }
}

async function status({ stack, json }: Options): Promise<number> {
  const application = await applicationOf(stack);
  const api = application.connect(AbortSignal.timeout(30_000));
  const named = namedCompanions(ownConfig(stack) ?? {});
  const found = await statusOf(api, await registeredJob(api, application), named);
  process.stdout.write(json ? `${JSON.stringify(found, undefined, 2)}\n` : statusText(found, api.now()));
  return found.ok ? 0 : 1;
}

if (require.main === module) {
  main(async () => {
    try {
      return await status(readOptions(process.argv.slice(2)));
    } catch (error) {
      if (error instanceof NomadApiError) throw new UserError(error.message);
      throw error;
    }
  });
}
