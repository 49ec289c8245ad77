/** A run of a schedule that may take only so long, without Nomad around it. */
import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { limitedCommand } from "../../components/gate";
import { createDjangoProject, databaseEnv, type DjangoProject } from "../support/djangoProject";
import { oldestAndNewest } from "../support/djangoVersions";
import { pythonEnvironment } from "../support/pythonEnvironment";

interface End {
  code: number | null;
  output: string;
  errors: string;
}

describe.each(oldestAndNewest)(
  "a command with a time limit, with $django",
  ({ requirements, python: interpreter }) => {
    let project: DjangoProject;
    let python: string;

    beforeAll(async () => {
      python = await pythonEnvironment(requirements, interpreter);
      project = createDjangoProject({});
    });
    afterAll(() => project.remove());

    const run = (
      words: string[],
      limit: number,
      { manage = "manage.py", stopAt = "" } = {},
    ): Promise<End> => {
      const { command, args } = limitedCommand(manage === "" ? [] : [python, manage], { words, limit });
      const [file, ...first] = [command, ...args].filter(Boolean);
      const [program, ...rest] = manage === "" ? [python, "manage.py", file, ...first] : [file, ...first];
      const child = spawn(program, rest, {
        cwd: project.directory,
        env: { PATH: process.env.PATH, GIVEN: "yes", ...databaseEnv({}) },
      });
      const end: End = { code: null, output: "", errors: "" };
      child.stdout.on("data", (data: Buffer) => {
        end.output += data.toString();
        if (stopAt !== "" && data.toString().includes(stopAt)) child.kill("SIGTERM");
      });
      child.stderr.on("data", (data: Buffer) => void (end.errors += data.toString()));
      return new Promise((resolve) => child.once("close", (code) => resolve({ ...end, code })));
    };

    it("ends with the command's own exit code, output and environment, and says nothing itself", async () => {
      const words = ["sh", "-c", 'echo "$GIVEN ${DJANGO_SETTINGS_MODULE:-unset}"; exit 7'];
      expect(await run(words, 30)).toEqual({ code: 7, output: "yes unset\n", errors: "" });
    });

    it("stops a command that takes too long, with all that it has started, and ends with 124", async () => {
      const end = await run(["sh", "-c", "sleep 60 & echo begun; wait"], 1);
      expect(end).toMatchObject({ code: 124, output: "begun\n" });
      expect(end.errors).toBe(
        "timeout: sh -c 'sleep 60 & echo begun; wait' is stopped: it has run for 1 s, as long as it may\n",
      );
    });

    it("kills one that does not listen", async () => {
      const end = await run(["sh", "-c", "trap '' TERM; while :; do sleep 1; done"], 1);
      expect(end.code).toBe(124);
      expect(end.errors).toContain("timeout: it has not ended 10 s after SIGTERM: killed\n");
    });

    it("passes a stop on, and ends as the command does", async () => {
      const words = ["sh", "-c", "trap 'echo tidied; exit 3' TERM; echo ready; while :; do sleep 0.1; done"];
      expect(await run(words, 60, { stopAt: "ready" })).toEqual({
        code: 3,
        output: "ready\ntidied\n",
        errors: "",
      });
    });

    it("names a command that is not there", async () => {
      const end = await run(["no-such-command", "now"], 30);
      expect(end).toMatchObject({
        code: 127,
        errors: "timeout: no-such-command now can't be started: No such file or directory\n",
      });
    });

    it("runs a management command where the image's ENTRYPOINT is manage.py", async () => {
      const end = await run(["diffsettings"], 30, { manage: "" });
      expect(end.code).toBe(0);
      expect(end.output).toContain("SECRET_KEY");
    });
  },
);
