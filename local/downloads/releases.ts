/** Where the vendors publish the tools, and in which archives. */
import { strFromU8, unzipSync } from "fflate";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { run } from "../../commands/base/run";
import { UserError } from "../../commands/base/step";
import { withoutCredentials } from "../../components/nomad/address";

export interface Release {
  archive: string;
  /** Lists the SHA-256 of every archive of the version. */
  checksums: string;
  /** Puts the executables into a folder that is there. */
  unpack: (archive: string, folder: string) => Promise<void>;
}

/** Names of the processor, as Node has them and as HashiCorp does. */
const processors: Record<string, string | undefined> = { x64: "amd64", arm64: "arm64" };

async function unzip(archive: string, folder: string): Promise<void> {
  const files = Object.entries(unzipSync(readFileSync(archive)));
  for (const [name, content] of files) {
    // Flat, whatever an archive says: its executable and its licence.
    const file = join(folder, basename(name));
    writeFileSync(file, content);
    if (strFromU8(content.subarray(0, 4), true) === "\x7fELF") chmodSync(file, 0o755);
  }
}

async function untar(archive: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const options = ["--extract", "--gzip", "--strip-components=1", "--no-same-owner"];
  // In English: what it says of a full disk is looked for.
  const env = { ...process.env, LC_ALL: "C" };
  await run("tar", [...options, "--file", archive, "--directory", folder], { env });
}

/** The mirror that the user named, or the vendor's own. @throws {UserError} when it is no address. */
function base(variable: string, vendors: string): string {
  const address = (process.env[variable] || vendors).trim().replace(/\/+$/, "");
  if (/^https?:\/\//i.test(address) && URL.canParse(address)) return address;
  throw new UserError(
    `${variable} is "${withoutCredentials(address)}" and must be an address that begins with https:// or http://, such as ${vendors}`,
  );
}

/**
 * A released version; undefined for tools and processors that nobody publishes. A mirror, DJANGO_NOMAD_NOMAD_RELEASES or
 * DJANGO_NOMAD_PULUMI_RELEASES, has the vendor's folders.
 * @param version for example v1.11.3.
 */
export function releaseOf(tool: string, version: string): Release | undefined {
  const number = version.replace(/^v/, "");
  const processor = processors[process.arch];
  if (process.platform !== "linux" || processor === undefined) return undefined;
  if (tool === "nomad") {
    const folder = `${base("DJANGO_NOMAD_NOMAD_RELEASES", "https://releases.hashicorp.com/nomad")}/${number}`;
    const name = `nomad_${number}`;
    return {
      archive: `${folder}/${name}_linux_${processor}.zip`,
      checksums: `${folder}/${name}_SHA256SUMS`,
      unpack: unzip,
    };
  }
  if (tool === "pulumi") {
    const vendors = "https://github.com/pulumi/pulumi/releases/download";
    const folder = `${base("DJANGO_NOMAD_PULUMI_RELEASES", vendors)}/${version}`;
    return {
      archive: `${folder}/pulumi-${version}-linux-${process.arch}.tar.gz`,
      checksums: `${folder}/pulumi-${number}-checksums.txt`,
      unpack: untar,
    };
  }
  return undefined;
}

/** The SHA-256 that a list of checksums names for a file. */
export function listedSum(checksums: string, file: string): string | undefined {
  const lines = checksums.split("\n").map((line) => line.trim().split(/\s+\*?/));
  return lines.find(([sum, name]) => name === file && /^[0-9a-f]{64}$/i.test(sum))?.[0].toLowerCase();
}
