/** Releases of the sample site with migrations that a test wants, as images made from its first version. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { migrationSource, type TestMigration } from "./djangoProject";

export interface Release {
  /** What the site calls itself: at most 10 characters, as its table takes no more. */
  version: string;
  /** Everything after the site's first migration, in order. */
  migrations: TestMigration[];
  /** Replaces the image's command: the web server. */
  command?: string[];
  /** Files of the project that it replaces or adds, by path below /app. */
  files?: Record<string, string>;
  /** Before the command, and before what a task gives in its place. */
  entrypoint?: string[];
}

export class SiteImages {
  private readonly repository = `django-nomad-test/${randomBytes(4).toString("hex")}`;
  private readonly built = new Set<string>();

  /** Builds an image, once for each version, and gives its name. */
  build({ version, migrations, command, entrypoint, files = {} }: Release): string {
    const image = `${this.repository}:${version}`;
    if (this.built.has(image)) return image;
    const context = mkdtempSync(join(tmpdir(), "django-nomad-image-"));
    try {
      mkdirSync(join(context, "migrations"));
      writeFileSync(join(context, "VERSION"), `${version}\n`);
      for (const [path, text] of Object.entries(files)) {
        const file = join(context, "files", path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
      let previous = "0001_initial";
      for (const migration of migrations) {
        const source = migrationSource("visits", migration, previous);
        writeFileSync(join(context, "migrations", `${migration.name}.py`), source);
        previous = migration.name;
      }
      writeFileSync(
        join(context, "Dockerfile"),
        "FROM django-testing:v1\nCOPY VERSION /app/VERSION\nCOPY migrations/ /app/visits/migrations/\n" +
          (Object.keys(files).length > 0 ? "COPY files/ /app/\n" : "") +
          (entrypoint ? `ENTRYPOINT ${JSON.stringify(entrypoint)}\n` : "") +
          (command ? `CMD ${JSON.stringify(command)}\n` : ""),
      );
      execFileSync("docker", ["build", "--quiet", "--tag", image, context], { stdio: "pipe" });
    } finally {
      rmSync(context, { recursive: true, force: true });
    }
    this.built.add(image);
    return image;
  }

  /** The containers that ran them must be gone. */
  remove(): void {
    if (this.built.size > 0) execFileSync("docker", ["image", "rm", "--force", ...this.built]);
  }
}
