/** What operators run beside Pulumi's verbs: one-off commands, logs and the status, on a real cluster. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { forOtherStacks } from "../support/clone";
import { failingMigration } from "../support/djangoProject";
import { expectShowing } from "../support/expectShowing";
import { type App, TestBed } from "../support/testBed";
import { waitUntil } from "../support/waiting";

interface Ended {
  code: number | null;
  stdout: Buffer;
  stderr: string;
}

/** On a busy machine a command says what it waits for. */
function withoutWaiting(stderr: string): string {
  return stderr.replace(/^-- waiting for the command to start.*\n/gm, "");
}

describe("an application that serves", () => {
  let bed: TestBed;
  let app: App;

  /** Runs one of the commands as npm would, and keeps its two outputs apart. */
  const start = (command: string, ...args: string[]) => {
    const child = spawn(
      "node",
      ["--require", "./commands/typescript.cjs", `commands/${command}.ts`, ...args],
      {
        cwd: bed.clone.folder,
        env: { PATH: process.env.PATH, HOME: process.env.HOME, ...forOtherStacks },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const out: Buffer[] = [];
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    const ended = new Promise<Ended>((resolve, reject) => {
      child
        .once("error", reject)
        .once("close", (code) =>
          resolve({ code, stdout: Buffer.concat(out), stderr: withoutWaiting(stderr) }),
        );
    });
    return { child, ended, stdout: () => Buffer.concat(out).toString(), stderr: () => stderr };
  };
  const stack = ["--stack", "ops"];
  const manage = (...words: string[]): Promise<Ended> => start("manage", ...stack, ...words).ended;
  const python = (program: string): Promise<Ended> => manage("shell", "-v", "0", "-c", program);
  const status = (): Promise<Ended> => start("status", ...stack).ended;
  const children = (): Promise<unknown[]> => bed.cluster.get<unknown[]>("/v1/jobs?prefix=ops-manage/");

  beforeAll(async () => {
    bed = await TestBed.prepare({ clients: 1 });
    app = bed.app("ops", { count: 1, manage: { resources: { cpu: 2000 } } });
    const { code, output } = await app.up();
    expectShowing(code, output).toBe(0);
  });
  afterAll(() => bed?.stop());

  it("runs commands with its image, secrets and network, which end with their own exit codes", async () => {
    const applied = await python(
      "import sys\nfrom django.db import connection\nfrom django.db.migrations.recorder import MigrationRecorder\n" +
        "print(len(MigrationRecorder(connection).applied_migrations()) > 0)\nprint('aside', file=sys.stderr)\nsys.exit(3)",
    );
    expect({ ...applied, stdout: applied.stdout.toString() }).toEqual({
      ...{ code: 3, stdout: "True\n", stderr: "aside\n" },
    });
    const [good, bad, killed] = await Promise.all([
      manage("check"),
      manage("no-such-command"),
      python("import os, signal; os.kill(os.getpid(), signal.SIGKILL)"),
    ]);
    expect([good.code, bad.code, killed.code]).toEqual([0, 1, 137]);
    expect(bad.stderr).toContain("Unknown command: 'no-such-command'");
    expect(await children()).toEqual([]);
  });

  it("gives them their words as they were typed", async () => {
    const words = [
      "a b",
      '"q"',
      "${HOME} %{x}",
      "{{ nothing }}",
      "two\nlines",
      "ünï ☃",
      "--flag",
      "-",
      "--",
      "",
    ];
    const program = "import sys, json; print(json.dumps(sys.argv[2:]))";
    const { stdout, code } = await manage("shell", "-c", program, ...words);
    // Django itself refuses words that it does not know: the same ones, then.
    expect(code).toBe(2);
    expect(stdout.toString()).toBe("");
    const { stderr } = await manage("shell", "-c", program, "--one=${HOME} 'x' \"y\" ☃\nz");
    expect(stderr).toContain("unrecognized arguments: --one=${HOME} 'x' \"y\" ☃\nz");
  });

  it("streams 100 MB of theirs without losing a byte", async () => {
    const { code, stdout, stderr } = await python(
      "import sys\nfor n in range(1000000): sys.stdout.buffer.write(b'%09d ' % n + b'\\xff' * 89 + b'\\n')",
    );
    const wanted = createHash("sha256");
    for (let n = 0; n < 1_000_000; n++) {
      wanted
        .update(`${String(n).padStart(9, "0")} `)
        .update(Buffer.alloc(89, 0xff))
        .update("\n");
    }
    expect({ code, stderr, bytes: stdout.length }).toEqual({ code: 0, stderr: "", bytes: 100_000_000 });
    expect(createHash("sha256").update(stdout).digest("hex")).toBe(wanted.digest("hex"));
  });

  it("leaves nothing of a command behind that Ctrl-C ends, which gets the signal", async () => {
    const { child, ended, stdout } = start(
      ...["manage", ...stack, "shell", "-v", "0", "-c"],
      "import time\nprint('begun', flush=True)\ntry: time.sleep(600)\nexcept KeyboardInterrupt: print('tidied up')",
    );
    await waitUntil("the command runs", () => Promise.resolve(stdout().includes("begun")));
    child.kill("SIGINT");
    const { stdout: all } = await ended;
    expect(all.toString()).toBe("begun\ntidied up\n");
    expect(await children()).toEqual([]);
  });

  it("says what serves, and follows its logs, before, in and after a release and a failed one", async () => {
    const before = await status();
    expect(before.code).toBe(0);
    expect(before.stdout.toString()).toMatch(/^web server +1\/1 healthy$/m);

    const following = start("logs", ...stack, "-f", "server");
    const [first] = await app.running();
    const label = (id: string): string => `server.0 ${id.slice(0, 8)} | `;
    await waitUntil("the log of the first", () =>
      Promise.resolve(following.stdout().includes(label(first.ID))),
    );
    const v2 = bed.images.build({ version: "v2", migrations: [] });
    const released = await app.up({ djangoImage: v2 });
    expectShowing(released.code, released.output).toBe(0);
    const [second] = await app.running();
    await waitUntil("the log of the second", () =>
      Promise.resolve(following.stdout().includes(label(second.ID))),
    );
    await waitUntil("the end of the first", () =>
      Promise.resolve(following.stderr().includes(`server.0 ${first.ID.slice(0, 8)} has ended`)),
    );
    following.child.kill("SIGINT");
    const { code, stdout } = await following.ended;
    expect(code).toBe(0);
    const lines = stdout.toString().trimEnd().split("\n");
    expect(lines.filter((line) => !/^server\.0 [0-9a-f]{8} \| /.test(line))).toEqual([]);

    const v3 = bed.images.build({ version: "v3", migrations: [failingMigration("0002_fails")] });
    expect((await app.up({ djangoImage: v3 })).code).not.toBe(0);
    // Nomad's way back is a rollout, too, and in progress for some seconds.
    await waitUntil("the rollback is over", async () =>
      /^rollout +of version \d+ failed/m.test((await status()).stdout.toString()),
    );
    const back = await status();
    expect(back.code).toBe(0);
    const after = back.stdout.toString();
    expect(after).toContain(`image ${v2}`);
    expect(after).toMatch(/^rollout +of version \d+ failed: .*rolling back/m);
    const serving = await python("print(open('/app/VERSION').read().strip())");
    expect(serving.stdout.toString()).toBe("v2\n");
  });
});
