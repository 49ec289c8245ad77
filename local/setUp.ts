/** What `npm start` and `npm test` both need before they begin. */
import { ensureDocker } from "./docker";
import { ensureImages } from "./images";
import { step } from "../commands/base/step";
import { ensureTool, type ToolName } from "./tools";

export interface SetUp {
  /** Paths of the executables. */
  pulumi: string;
  nomad: string;
}

async function tools(): Promise<SetUp> {
  // One after the other: each build uses all cores, and they share packages.
  const pulumi = await tool("Pulumi", "pulumi");
  const nomad = await tool("Nomad", "nomad");
  return { pulumi, nomad };
}

async function tool(title: string, name: ToolName): Promise<string> {
  const found = await step(
    title,
    (log) => ensureTool(name, log),
    ({ path, from }) => (from === "downloaded" ? `${path}, downloaded, SHA-256 verified` : path),
  );
  return found.path;
}

async function dockerAndImages(): Promise<void> {
  await step("Docker", async (log) => {
    const { version, host, startedByUs } = await ensureDocker({ log });
    return `${version} at ${host}${startedByUs ? ", started by this clone" : ""}`;
  });
  await step("Images", async (log) => {
    const { django, postgres } = await ensureImages({ log });
    return [...Object.values(django), postgres].join(", ");
  });
}

/**
 * Finds or installs Docker, the tools and the images.
 * @throws {UserError} when something is missing that can't be installed here.
 */
export async function setUp(): Promise<SetUp> {
  // Downloads and file systems on one side, compilers on the other.
  const [found] = await Promise.all([tools(), dockerAndImages()]);
  return found;
}
