import type Docker from "dockerode";
import { statusOf, unlessGone } from "../connection";

/** Removes a container, running or not; one that is gone already is as good as removed. */
export async function removeContainer(container: Docker.Container, volumes: boolean): Promise<void> {
  try {
    await container.remove({ force: true, v: volumes });
  } catch (error) {
    // 409: it has an automatic removal under way (`rm`), and is gone when that is done.
    if (statusOf(error) === 409) await unlessGone(container.wait({ condition: "removed" }));
    else if (statusOf(error) !== 404) throw error;
  }
}

/** Asks a container to end, and makes it after `seconds`. */
export async function stopContainer(container: Docker.Container, seconds: number): Promise<void> {
  try {
    await container.stop({ t: seconds });
  } catch (error) {
    // 304: it was not running.
    if (statusOf(error) !== 304) throw error;
  }
}
