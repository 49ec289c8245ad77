/** The programs that run a one-off command, without Nomad: a folder stands for its logs. */
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { WithoutBreaks } from "../../commands/app/withoutBreaks";
import { renderManage } from "../../components/gate";

const keep = readFileSync(join(__dirname, "../../components/gate/django_nomad_manage/keep.py"), "utf8");

interface Ended {
  code: number | null;
  stdout: Buffer;
  stderr: string;
}

describe("a one-off command", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "django-nomad-manage-"));
    mkdirSync(join(folder, "logs"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** What it prints goes to the log at once, as with a Nomad that is quick. */
  const run = (args: string[], env: NodeJS.ProcessEnv = {}, signal?: NodeJS.Signals): Promise<Ended> => {
    const child = spawn("python3", args, {
      cwd: folder,
      env: { PATH: process.env.PATH, NOMAD_ALLOC_DIR: folder, NOMAD_TASK_NAME: "manage", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const all: Record<string, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].on("data", (chunk: Buffer) => {
        all[name] = Buffer.concat([all[name], chunk]);
        writeFileSync(join(folder, "logs", `manage.${name}.0`), all[name]);
        if (signal && all[name].includes("ready")) child.kill(signal);
      });
    }
    return new Promise((resolve, reject) => {
      child.once("error", reject).once("close", (code) => {
        const decoder = new WithoutBreaks();
        const stdout = Buffer.concat([decoder.push(all.stdout), decoder.end()]);
        resolve({ code, stdout, stderr: all.stderr.toString().replaceAll("\0\n", "") });
      });
    });
  };
  const python = (program: string, signal?: NodeJS.Signals): Promise<Ended> =>
    run(["-I", "-S", "-c", keep, "/usr/bin/env", "python3", "-c", program], {}, signal);

  it.each([0, 1, 3, 255])("ends with its own exit code: %i", async (code) => {
    expect((await python(`raise SystemExit(${code})`)).code).toBe(code);
  });

  it("that a signal ends has the code that a shell gives it", async () => {
    expect((await python("import os; os.kill(os.getpid(), 9)")).code).toBe(137);
  });

  it("that can't be started says so, with 127", async () => {
    const { code, stderr } = await run(["-I", "-S", "-c", keep, "/nowhere", "migrate"]);
    expect({ code, stderr }).toEqual({
      code: 127,
      stderr: "/nowhere can't be started: No such file or directory\n",
    });
  });

  it("gets the signals that its container gets", async () => {
    const waits =
      "import signal, sys, time\ndef stop(*_): sys.exit(9)\nsignal.signal(signal.SIGTERM, stop)\n";
    const ended = await python(`${waits}print("ready", flush=True)\ntime.sleep(60)`, "SIGTERM");
    expect(ended.code).toBe(9);
    const interrupted = await python('print("ready", flush=True)\nimport time; time.sleep(60)', "SIGINT");
    expect(interrupted.stderr).toContain("KeyboardInterrupt");
    expect(interrupted.code).toBe(130);
  });

  it.each([
    ["a last line without its end", 'b"one\\ntwo"'],
    ["a line of 100 kB", 'b"x" * 100000 + b"\\n"'],
    ["zeros before newlines", 'b"a\\0\\n\\0\\0\\n\\n\\0"'],
    ["every byte in many orders", "bytes(n * m % 256 for n in range(1, 200) for m in range(997))"],
    ["nothing", 'b""'],
  ])("prints %s as it is", async (_, bytes) => {
    const { stdout } = await python(`import sys; sys.stdout.buffer.write(${bytes})`);
    const wanted = execFileSync("python3", ["-c", `import sys; sys.stdout.buffer.write(${bytes})`]);
    const digest = (data: Buffer): string => createHash("sha256").update(data).digest("hex");
    expect([stdout.length, digest(stdout)]).toEqual([wanted.length, digest(wanted)]);
  });

  it("has its words as they are, and is run by the manage.py that read them", async () => {
    const words = ["clear it", '"quoted"', "${HOME} %{x}", "two\nlines", "ünï ☃ 雪", "--flag=1", "-", ""];
    writeFileSync(join(folder, "words.json"), JSON.stringify(words));
    // As Django does with `shell -v 0 -c PROGRAM`.
    writeFileSync(
      join(folder, "manage.py"),
      "import json, os, sys\n" +
        'if sys.argv[1] == "shell": exec(sys.argv[5], globals())\n' +
        "own = {name: value for name, value in os.environ.items() if name.startswith(('SHOP', 'DJANGO_NOMAD'))}\n" +
        "print(json.dumps([sys.argv[1:], own]))\n",
    );
    const { args } = renderManage(["python3", "manage.py"]);
    const ask = async (role?: string): Promise<unknown> => {
      const { stdout } = await run(args, {
        ...{ NOMAD_TASK_DIR: folder, NOMAD_META_role: role },
        ...{ SHOP_USER: "app", DJANGO_NOMAD_MIGRATOR_SHOP_USER: "owner" },
      });
      return JSON.parse(stdout.toString());
    };
    expect(await ask()).toEqual([words, { SHOP_USER: "app" }]);
    expect(await ask("migrator")).toEqual([words, { SHOP_USER: "owner" }]);
  });
});
