/** Questions to the real Docker. */
import { execFileSync } from "node:child_process";

function lines(args: string[]): string[] {
  return execFileSync("docker", args, { encoding: "utf8" }).split("\n").filter(Boolean);
}

/** Names of everything of that kind whose name holds `part`. */
export function dockerNames(kind: "container" | "network" | "volume", part: string): string[] {
  const all = kind === "container" ? ["--all"] : [];
  const name = kind === "container" ? "{{.Names}}" : "{{.Name}}";
  return lines([kind, "ls", ...all, "--filter", `name=${part}`, "--format", name]);
}

/** Gives an image another name, too. */
export function tagImage(image: string, name: string): void {
  lines(["tag", image, name]);
}

/** Takes a name of an image away; the image keeps its others. */
export function untagImage(name: string): void {
  lines(["image", "rm", name]);
}

/** The container's address on Docker's bridge, where the host and other containers reach it. */
export function bridgeAddress(container: string): string {
  return lines(["inspect", "--format", "{{.NetworkSettings.IPAddress}}", container])[0];
}

/** Runs a statement in a database container and returns what psql prints of it, bare. */
export function sql(container: string, database: string, statement: string): string {
  return execFileSync(
    "docker",
    [
      "exec",
      container,
      "psql",
      "--username=postgres",
      `--dbname=${database}`,
      "--tuples-only",
      "--no-align",
      `--command=${statement}`,
    ],
    { encoding: "utf8" },
  ).trim();
}

/** Ids of the running containers with a label. */
export function containersWith(label: string): string[] {
  return lines(["ps", "--quiet", "--filter", `label=${label}`]);
}

/** What Docker says of every container on this machine; those that end while it is asked are left out. */
export function inspectContainers(): { Name: string; Config: { Env?: unknown } }[] {
  return lines(["ps", "--all", "--quiet"]).flatMap((id) => {
    try {
      return JSON.parse(execFileSync("docker", ["inspect", id], { encoding: "utf8", stdio: "pipe" })) as {
        Name: string;
        Config: { Env?: unknown };
      }[];
    } catch (error) {
      if (/No such object/.test((error as Error).message)) return [];
      throw error;
    }
  });
}
