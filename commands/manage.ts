/** `npm run manage -- [--stack NAME] [--role migrator] COMMAND ARGS`: one management command, with what serves now. */
import { manageJobName, serverTaskName } from "../components/jobspec";
import { type NomadApi, NomadApiError } from "../components/nomad/api";
import { jobPath } from "../components/nomad/registered";
import { applicationOf, type DeployedApplication } from "./app/application";
import { type Job, registeredJob } from "./app/jobs";
import {
  interactive,
  manageOptions,
  type ManageOptions,
  oneRoleOnly,
  refuseLaunchWords,
} from "./app/manageOptions";
import { dispatch, OneOff } from "./app/oneOff";
import { expectReadersToGo, ReaderGone, say, sleep } from "./app/output";
import { signalCounter } from "./app/signalCounter";
import { signalCode } from "./base/passThrough";
import { main, UserError } from "./base/step";
import { ownConfig } from "./pulumi/stackFile";

/** Time for a command to end by itself once it got a signal: as long as Nomad gives it. */
const graceMs = 20_000;

function refuseInteractive({ stack, words }: ManageOptions, jobName: string): void {
  const why = interactive(words);
  if (why === undefined) return;
  throw new UserError(
    `${why}, and a one-off command has no terminal. Run it in an instance that serves:\n` +
      `  npm run nomad -- --stack ${stack} alloc exec -i -t -task ${serverTaskName} -job ${jobName} ./manage.py ${words.join(" ")}`,
  );
}

/** @throws {UserError} when it is not registered. */
async function manageJobOf(api: NomadApi, application: DeployedApplication, manageJob: string): Promise<Job> {
  const job = await api.find<Job>(jobPath(manageJob));
  if (job && !job.Stop) return job;
  await registeredJob(api, application);
  throw new UserError(
    `Nomad has no job ${manageJob}, which runs one-off commands: the next successful \`npm run up -- --stack ${application.stack}\` ` +
      "registers it, unless manage.enabled is false",
  );
}

/** Stops what still runs, and forgets it. */
async function remove(api: NomadApi, id: string): Promise<void> {
  try {
    await api.delete(jobPath(id), { purge: "true" });
  } catch (error) {
    if (!(error instanceof NomadApiError)) throw error;
    say(
      `${error.message}. The job is still in Nomad. To remove it: nomad job stop -purge${api.placeOptions} '${id}'`,
    );
  }
}

async function manage(options: ManageOptions): Promise<number> {
  const application = await applicationOf(options.stack);
  refuseLaunchWords(options, ownConfig(options.stack)?.manageCommand);
  const end = new AbortController();
  const api = application.connect(end.signal, { silenceMs: 30_000 });
  refuseInteractive(options, application.jobName);
  const manageJob = manageJobName(application.jobName);
  const note = oneRoleOnly(options, await manageJobOf(api, application, manageJob));
  if (note !== undefined) say(note);

  let stopped: NodeJS.Signals | undefined;
  let command: OneOff | undefined;
  const count = signalCounter();
  const onSignal = async (signal: NodeJS.Signals): Promise<void> => {
    const which = count();
    if (which === undefined) return;
    stopped = signal;
    // A second one does not wait any longer.
    if (which === "again" || !(await command?.pass(signal))) return end.abort();
    await sleep(graceMs, end.signal);
    end.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => void onSignal(signal).catch(() => end.abort()));
  }

  // A signal does not cut it off: what was started has to be known, to be removed.
  const starter = application.connect(AbortSignal.timeout(30_000));
  const dispatched = await dispatch(starter, manageJob, options.words, options.role);
  try {
    if (end.signal.aborted) return signalCode(stopped);
    command = new OneOff(api, dispatched, end.signal);
    return await command.run();
  } catch (error) {
    if (stopped !== undefined && end.signal.aborted) return signalCode(stopped);
    if (error instanceof ReaderGone) return signalCode("SIGPIPE");
    throw error;
  } finally {
    end.abort();
    // Its own time: the other client has ended.
    await remove(application.connect(AbortSignal.timeout(30_000)), dispatched.DispatchedJobID);
  }
}

if (require.main === module) {
  main(async () => {
    expectReadersToGo();
    try {
      return await manage(manageOptions(process.argv.slice(2)));
    } catch (error) {
      if (error instanceof NomadApiError) throw new UserError(error.message);
      throw error;
    }
  });
}
