/** Where things of this clone and of this user live. */
import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The root of this clone. */
export const repoRoot = realpathSync(resolve(__dirname, "..", ".."));

/** Eight hexadecimal digits that tell this clone from every other one on the machine. */
export const cloneId = createHash("sha256").update(repoRoot).digest("hex").slice(0, 8);

/** Everything that running this clone writes; ignored by git. Override: DJANGO_NOMAD_STATE_DIR. */
export const stateDir = process.env.DJANGO_NOMAD_STATE_DIR ?? join(repoRoot, ".local");

/** What is worth keeping between clones: built tools, base images. Keyed by version inside. */
export const cacheDir = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "django-nomad");
