import { describe, expect, it } from "@jest/globals";
import { buildBackupJob, buildJob } from "../../components/jobspec";
import { djangoAppProblems } from "../../components";
import { appSpec } from "../../components/application/djangoAppSpec";
import { unmadeOwner } from "../../components/guards/owner";
import { runProgram } from "../support/engine";

const backups = { volume: "dumps", image: "registry.example.com/shop:1", schedule: "@daily" };
const resolved = {
  ...unmadeOwner,
  ...{ jobName: "shop", owner: undefined, image: "registry.example.com/shop:1", env: {}, migrateEnv: {} },
  ...{ secrets: undefined, release: undefined, description: undefined },
};
const given = { djangoImage: resolved.image, backups, backupBeforeMigrate: true };

/** What each task of both jobs starts with. */
function entrypoints(entrypoint?: string[]): Record<string, unknown> {
  const spec = appSpec({ ...given, entrypoint }, resolved);
  const jobs = [buildJob(spec), buildBackupJob(spec)];
  const tasks = jobs.flatMap((job) => job?.TaskGroups.flatMap(({ Tasks }) => Tasks) ?? []);
  return Object.fromEntries(tasks.map(({ Name, Config }) => [Name, Config.entrypoint]));
}

describe("entrypoint", () => {
  const script = ["sh", "/local/backup.sh"];

  it("starts the server and the migrate task, and leaves the backups' own script alone", () => {
    expect(entrypoints(["/app/entry.sh", "--quiet"])).toEqual({
      migrate: ["/app/entry.sh", "--quiet"],
      server: ["/app/entry.sh", "--quiet"],
      backup: script,
    });
  });

  it("is the image's own when it is unset", () => {
    expect(entrypoints()).toEqual({ migrate: undefined, server: undefined, backup: script });
  });

  it.each([
    [[], 'is [] and must be a list of words, such as ["/app/entry.sh"]'],
    [["tini", ""], 'is ["tini",""] and must be a list of words, such as ["/app/entry.sh"]'],
    ["tini --", '"tini --" is not a list of words: write ["tini","--"]'],
    [[["tini"]], '["tini"] is not a string without NUL characters'],
  ])("%j is refused", async (value, message) => {
    const args = { djangoImage: "shop:1", entrypoint: value as string[] };
    const { result } = await runProgram(() => Promise.resolve(djangoAppProblems(args)));
    expect(result.map((one) => one.message)).toEqual([message]);
  });
});
