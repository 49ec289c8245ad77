import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Clone } from "../support/clone";
import { expectShowing } from "../support/expectShowing";

interface JobSummary {
  Status: string;
  Version: number;
}

/** Seconds that a command took. */
async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const begin = Date.now();
  return { result: await work(), seconds: (Date.now() - begin) / 1000 };
}

describe("what goes wrong is named, and nothing is changed", () => {
  let clone: Clone;
  let stackFile: string;

  beforeAll(async () => {
    clone = Clone.create();
    stackFile = `${clone.checkEverySecond()}  django-nomad:update:\n    minHealthyTime: 1s\n`;
    clone.write("Pulumi.dev.yaml", stackFile);
  });
  afterAll(() => clone.remove());

  /** Runs a verb with this stack file and puts the old one back. */
  const withStackFile = async (
    change: (content: string) => string,
    work: () => Promise<void>,
  ): Promise<void> => {
    clone.write("Pulumi.dev.yaml", change(stackFile));
    try {
      await work();
    } finally {
      clone.write("Pulumi.dev.yaml", stackFile);
    }
  };

  it("a verb without the local agent says how to start it or to name another cluster", async () => {
    const { code, output } = await clone.verb("preview");
    expect(code).toBe(2);
    expect(output).toContain("npm start");
    expect(output).toContain("nomad:address");
    expect(output).not.toContain("    at ");
  });

  describe("with the dev stack deployed", () => {
    let version: number;
    const job = (): Promise<JobSummary> => clone.nomadGet<JobSummary>("/v1/job/django");

    beforeAll(async () => {
      const { code, output } = await clone.npm(["start"]);
      if (code !== 0) throw new Error(output);
      ({ Version: version } = await job());
    });

    it("an unknown key in the stack file is named with the nearest known one", () =>
      withStackFile(
        (content) => content.replace("django-nomad:count: 2", "django-nomad:cuont: 2"),
        async () => {
          const { code, output } = await clone.verb("up", "--yes");
          expect(code).not.toBe(0);
          expect(output).toContain("cuont: is not a known key: did you mean count?");
          expect((await job()).Version).toBe(version);
        },
      ));

    it("a value of the wrong type is named with what is allowed", () =>
      withStackFile(
        (content) => content.replace("django-nomad:count: 2", "django-nomad:count: two"),
        async () => {
          const { code, output } = await clone.verb("preview");
          expect(code).not.toBe(0);
          expect(output).toContain('count: "two" is not a whole number from 0 to 10000');
        },
      ));

    it("a stack without an image is told which key is missing", () =>
      withStackFile(
        (content) => content.replace(/.*django-nomad:djangoImage.*\n/, ""),
        async () => {
          const { code, output } = await clone.verb("up", "--yes");
          expect(code).not.toBe(0);
          expect(output).toContain("djangoImage: is required");
          expect((await job()).Version).toBe(version);
        },
      ));

    it("a passphrase of other stacks in the environment is not in the way of npm start", async () => {
      for (const env of [
        { PULUMI_CONFIG_PASSPHRASE: "theirs" },
        { PULUMI_CONFIG_PASSPHRASE_FILE: "/nowhere" },
      ]) {
        const { code, output } = await clone.npm(["start"], env);
        expect(output).not.toContain("passphrase");
        expect(output).toContain("Nothing changed");
        expect(code).toBe(0);
      }
    });

    it("an unreachable Nomad is named with its address", () =>
      withStackFile(
        (content) => `${content}  nomad:address: http://127.0.0.1:9\n`,
        async () => {
          const { code, output } = await clone.verb("up", "--yes");
          expect(code).not.toBe(0);
          expect(output).toContain("http://127.0.0.1:9");
        },
      ));

    it("a Nomad that moves from NOMAD_ADDR into the config is found by the refresh, and nothing is replaced", () =>
      withStackFile(
        (content) => `${content}  nomad:address: ${clone.nomad}\n`,
        async () => {
          const first = await clone.verb("up", "--yes");
          expect(first.output).toContain(
            `was made with NOMAD_ADDR; its resources are now looked up at ${clone.nomad}`,
          );
          expectShowing(first.code, first.output).toBe(0);
          expect((await job()).Version).toBe(version);
          const second = await clone.verb("preview", "--expect-no-changes");
          expect(second.output).not.toContain("NOMAD_ADDR");
          expectShowing(second.code, second.output).toBe(0);
        },
      ));

    it("an image that can't be pulled fails within seconds, says why, and the old version serves on", async () => {
      const { result, seconds } = await timed(() =>
        clone.verb("up", "--yes", "-c", "djangoImage=127.0.0.1:9/nothere:v1"),
      );
      clone.write("Pulumi.dev.yaml", stackFile);
      expect(result.code).not.toBe(0);
      expect(result.output).toContain("127.0.0.1:9/nothere:v1");
      expect(result.output).toContain("Check djangoImage");
      expect(result.output).toContain("The previous version still serves: 2 running.");
      expect(seconds).toBeLessThan(60);
    });

    it("a database that is not there fails with the word database within its budget", () =>
      withStackFile(
        (content) =>
          content
            .replace("POSTGRES_HOST: postgres", "POSTGRES_HOST: nowhere")
            .replace("django-nomad:count: 2", "django-nomad:count: 2\n  django-nomad:databaseWaitSeconds: 5"),
        async () => {
          const { result, seconds } = await timed(() => clone.verb("up", "--yes"));
          expect(result.code).not.toBe(0);
          expect(result.output).toMatch(/the database could not be reached|database/);
          expect(result.output).toContain("exit code 10");
          expect(result.output).toContain("The previous version still serves: 2 running.");
          expect(seconds).toBeLessThan(60);
        },
      ));

    it("a failed migration shows its error, is not green the second time, and the fix deploys", async () => {
      const failing = await clone.verb("up", "--yes", "-c", "djangoImage=django-testing:v3");
      expect(failing.code).not.toBe(0);
      expect(failing.output).toContain('ProgrammingError: relation "visits_by_time" already exists');
      expect(failing.output).toContain("a migration failed (exit code 11)");
      expect(failing.output).toContain("The previous version still serves: 2 running.");
      // The outputs stay: eight of them, none changed or shown as deleted.
      const next = '{4}next *: \\{\\n(?: {8}\\w+ *: "nomad .*\\n)+ {4}\\}\\n';
      const release = "{4}release *: \\{\\n(?: {8,}.*\\n)+ {4}\\}\\n";
      expect(failing.output).toMatch(
        new RegExp(`^Outputs:\\n(?: {4}\\w+ *: .*\\n){5} ${next} ${release} {4}service *: .*\\n\\n`, "m"),
      );
      expect(failing.output).toMatch(/^ {4}image +: "django-testing:v1"$/m);
      const { output: kept } = await clone.verb("pulumi", "stack", "output", "image", "--stack", "dev");
      expect(kept).toContain("django-testing:v1");
      const again = await clone.verb("up", "--yes");
      expect(again.code).not.toBe(0);
      const fixed = await clone.verb("up", "--yes", "-c", "djangoImage=django-testing:v4");
      expect(fixed.code).toBe(0);
      expect(fixed.output).toContain("healthy 2/2");
    });

    it("a first deployment whose servers never pass their check is not green the second time either", async () => {
      const failing = stackFile
        .replace("jobName: django", "jobName: django-unwell")
        .replace("serviceName: django", "serviceName: django-unwell")
        .replace("checkPath: /", "checkPath: /nowhere")
        .replace("django-nomad:count: 2", "django-nomad:count: 1")
        .replace("minHealthyTime: 1s", "minHealthyTime: 1s\n    serverDeadline: 5s");
      clone.write("Pulumi.unwell.yaml", failing);
      for (const attempt of ["first", "second"]) {
        const { code, output } = await clone.verb("up", "--yes", "--stack", "unwell");
        expectShowing(output, attempt).toContain("did not pass its check within 5 s");
        expectShowing(output, attempt).toContain("Nothing serves");
        expectShowing(code, attempt).not.toBe(0);
      }
      clone.write(
        "Pulumi.unwell.yaml",
        failing
          .replace("checkPath: /nowhere", "checkPath: /")
          .replace("serverDeadline: 5s", "serverDeadline: 60s"),
      );
      const mended = await clone.verb("up", "--yes", "--stack", "unwell");
      expect(mended.output).toContain("healthy 1/1");
      expect(mended.code).toBe(0);
      const preview = await clone.verb("preview", "--expect-no-changes", "--stack", "unwell");
      expect(preview.code).toBe(0);
    });

    it("a preview says which fields a change touches, in lines for people and without a secret", async () => {
      const deployed = clone.read("Pulumi.dev.yaml");
      const { code, output } = await clone.verb(
        "preview",
        "-c",
        "djangoImage=django-testing:v2",
        "-c",
        "count=3",
      );
      clone.write("Pulumi.dev.yaml", deployed);
      expect(code).toBe(0);
      // Above it Pulumi's live lines have the message's first line alone.
      const [, said] = /job django would change:\n((?: +[A-Z]\S+: .*\n)+)/.exec(output) ?? [];
      const lines = (said ?? "").split("\n").map((line) => line.trim());
      const image = (task: string): RegExp =>
        new RegExp(`^Tasks\\[${task}\\].Config.image: "django-testing:v[14]" -> "django-testing:v2"$`);
      expect(lines.filter(Boolean)).toEqual([
        "Count: 2 -> 3",
        expect.stringMatching(image("migrate")),
        expect.stringMatching(image("server")),
      ]);
    });

    it("a second stack runs beside the first on the same cluster", async () => {
      clone.write(
        "Pulumi.second.yaml",
        stackFile
          .replace("jobName: django", "jobName: django-second")
          .replace("serviceName: django", "serviceName: django-second"),
      );
      const { code, output } = await clone.verb("up", "--yes", "--stack", "second");
      expect(output).toContain("healthy 2/2");
      expect(code).toBe(0);
      expect(await clone.registrations("django")).toHaveLength(2);
      expect(await clone.registrations("django-second")).toHaveLength(2);
      const first = await clone.verb("preview", "--expect-no-changes");
      expect(first.code).toBe(0);
    });
  });
});
