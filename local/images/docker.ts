/** What the image builders ask of Docker. */
import { CommandError, run } from "../../commands/base/run";

/** The label that says what an image was made from. */
const sourceLabel = "django-nomad.source";

const pullTimeoutMs = 5 * 60_000;

interface Inspected {
  tags: string[];
  labels: Record<string, string> | null;
}

/**
 * Which of these images are there, each with the source it was made from ("" when it does not say).
 * One call for all, since this is what an unchanged `npm start` waits for.
 */
export async function presentImages(names: string[]): Promise<Map<string, string>> {
  const format = '{"tags":{{json .RepoTags}},"labels":{{json .Config.Labels}}}';
  const stdout = await run("docker", ["image", "inspect", "--format", format, ...names]).then(
    (result) => result.stdout,
    (error: unknown) => {
      // Images that are not there make the command fail, after it has printed the others.
      if (error instanceof CommandError && /no such (image|object)/i.test(error.stderr)) return error.stdout;
      throw error;
    },
  );
  const present = new Map<string, string>();
  for (const line of stdout.split("\n").filter(Boolean)) {
    const image = JSON.parse(line) as Inspected;
    for (const tag of image.tags) present.set(tag, image.labels?.[sourceLabel] ?? "");
  }
  return present;
}

/** Pulls an image. Returns false, and says why in one line, where no registry can be reached. */
export async function pull(name: string, log: (line: string) => void): Promise<boolean> {
  log(`pulling ${name}`);
  try {
    await run("docker", ["pull", name], { log, timeoutMs: pullTimeoutMs });
    return true;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    log(`${name} can't be pulled (${error.message.split("\n").at(-1)?.trim()}): making one here instead`);
    return false;
  }
}

export interface BuildOptions {
  /** The build context; its Dockerfile is used. */
  context: string;
  args: Record<string, string>;
  source: string;
  log: (line: string) => void;
}

/** Builds and tags an image. The tag moves only when the build has succeeded. */
export async function build(name: string, options: BuildOptions): Promise<void> {
  const args = Object.entries(options.args).flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]);
  options.log(`building ${name}`);
  await run(
    "docker",
    ["build", ...args, "--label", `${sourceLabel}=${options.source}`, "--tag", name, options.context],
    { log: options.log },
  );
}

/** Makes an image of one layer from a tar file of a root file system. */
export async function importTar(name: string, tar: string, changes: string[], source: string): Promise<void> {
  const all = [...changes, `LABEL ${sourceLabel}=${source}`].flatMap((change) => ["--change", change]);
  await run("docker", ["import", ...all, tar, name]);
}
