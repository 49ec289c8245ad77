/** Runs a contender's command and notes when it began and ended. */
import { CommandError, run, type RunOptions } from "../../commands/base/run";
import type { Deployed } from "./contender";

/** A failure is a result here, not an error. */
export async function timed(command: string, args: string[], options: RunOptions): Promise<Deployed> {
  const begin = Date.now();
  try {
    const { stdout, stderr } = await run(command, args, options);
    return { code: 0, output: stdout + stderr, begin, end: Date.now() };
  } catch (error) {
    if (!(error instanceof CommandError) || error.exitCode === null) throw error;
    return { code: error.exitCode, output: error.stdout + error.stderr, begin, end: Date.now() };
  }
}

/** This process's variables without those that would steer Nomad's tools elsewhere. */
export function nomadEnvironment(address: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(NOMAD_|AWS_CA_BUNDLE)/.test(name));
  return { ...Object.fromEntries(inherited), NOMAD_ADDR: address, NO_COLOR: "1" };
}
