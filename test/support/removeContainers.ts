import { execFileSync } from "node:child_process";

/** Removes the containers of agents in that folder: Nomad forgets what a purged job ran, and that may still be stopping. */
export function removeContainers(home: string): void {
  const ids = execFileSync("docker", ["ps", "--all", "--no-trunc", "--format", "{{.ID}} {{.Mounts}}"], {
    encoding: "utf8",
  })
    .split("\n")
    .filter((line) => line.includes(`${home}/`))
    .map((line) => line.split(" ")[0]);
  if (ids.length > 0) execFileSync("docker", ["rm", "--force", "--volumes", ...ids]);
}
