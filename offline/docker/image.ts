import type Docker from "dockerode";
import { type Connection, reasonOf, unlessGone } from "./connection";

/** Makes sure that an image is on the Docker host: one that is there is used as it is, else it is pulled. */
export async function ensureImage(
  connection: Connection,
  image: string,
  options: { platform?: string; urn: string; signal: AbortSignal },
): Promise<Docker.ImageInspectInfo> {
  const present = await connection.run((docker) => unlessGone(docker.getImage(image).inspect()));
  if (present !== undefined) return present;
  await pullImage(connection, image, options);
  return connection.run((docker) => docker.getImage(image).inspect());
}

async function pullImage(
  connection: Connection,
  image: string,
  { platform, urn, signal }: { platform?: string; urn: string; signal: AbortSignal },
): Promise<void> {
  connection.log("info", `Pulling ${image}`, urn);
  const authconfig = await connection.registryAuth.forImage(image);
  await connection.run(async (docker) => {
    try {
      const stream = await docker.pull(withTag(image), { authconfig, platform, abortSignal: signal });
      await new Promise<void>((resolve, reject) => {
        docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === "connect") throw error;
      throw new Error(
        `Image "${image}" is not on the Docker host and could not be pulled: ${reasonOf(error)}. ` +
          "Check the name and the tag, build the image on that host, or log in to its registry.",
      );
    }
  });
}

/** Without a tag, Docker's API would pull every tag of the repository. */
export function withTag(image: string): string {
  const last = image.slice(image.lastIndexOf("/") + 1);
  return /[:@]/.test(last) ? image : `${image}:latest`;
}
