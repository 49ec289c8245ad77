/** `npm run logs -- [NAME] [-f] [-n LINES] [--stack NAME]`: what the instances of an application write. */
import { parseArgs } from "node:util";
import { NomadApiError } from "../components/nomad/api";
import { applicationOf } from "./app/application";
import { Follower } from "./app/follower";
import { instancesOf } from "./app/instances";
import { registeredJob } from "./app/jobs";
import { expectReadersToGo, ReaderGone } from "./app/output";
import { main, UserError } from "./base/step";

const usage =
  "Usage: npm run --silent logs -- [NAME] [-f] [-n LINES] [--stack NAME]\n" +
  "  NAME: a process, a singleton or a schedule, `server` for the web server, `migrate` for the migrations of the last\n" +
  "        release. Unless given: the web server and all processes.\n" +
  "  Where no instance runs: what the last one wrote.\n" +
  "  -f, --follow: goes on with what they write from now on, new instances too.\n" +
  "  -n, --lines LINES: begins with the last lines of each instance. Unless given: with the first that Nomad still has.";

interface Options {
  name: string | undefined;
  follow: boolean;
  lines: number | undefined;
  stack: string;
}

export function readOptions(args: readonly string[]): Options {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        stack: { type: "string", short: "s", default: "dev" },
        follow: { type: "boolean", short: "f", default: false },
        lines: { type: "string", short: "n" },
      },
    });
    const [name, ...more] = positionals;
    if (more.length > 0) throw new UserError(`Name one process, or none.\n${usage}`);
    if (values.lines !== undefined && !/^\d{1,7}$/.test(values.lines)) {
      throw new UserError(`--lines is "${values.lines}" and must be a number of lines, such as 100`);
    }
    const lines = values.lines === undefined ? undefined : Number(values.lines);
    return { name, follow: values.follow, lines, stack: values.stack };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${(error as Error).message}\n${usage}`);
  }
}

async function logs(options: Options, signal: AbortSignal): Promise<number> {
  const application = await applicationOf(options.stack);
  const api = application.connect(signal, { silenceMs: 30_000 });
  const job = await registeredJob(api, application);
  const instances = await instancesOf(api, job, options.name);
  const follower = new Follower(api, options.lines, signal);
  if (options.follow) {
    await follower.follow(instances);
    return 0;
  }
  if ((await follower.once(instances)) > 0) return 0;
  throw new UserError(
    `No instance of ${options.name ?? job.ID} runs, and Nomad has none that ended. ` +
      `\`npm run status -- --stack ${options.stack}\` shows what does; -f waits for one`,
  );
}

if (require.main === module) {
  main(async () => {
    const options = readOptions(process.argv.slice(2));
    const end = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => end.abort());
    expectReadersToGo();
    try {
      return await logs(options, end.signal);
    } catch (error) {
      if (error instanceof ReaderGone || end.signal.aborted) return 0;
      if (error instanceof NomadApiError) throw new UserError(error.message);
      throw error;
    }
  });
}
