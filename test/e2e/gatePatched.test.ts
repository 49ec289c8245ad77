/** Processes that are not what Python makes them: patched by gevent or eventlet, with threads, forks and ends of their own. */
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";

import { createDjangoSite } from "../support/djangoSite";
import { newestDjango, oldestDjango } from "../support/djangoVersions";
import { expectShowing } from "../support/expectShowing";
import { type PostgresServer, querySql, startPostgres, startTimeout } from "../support/postgres";
import { pythonEnvironment } from "../support/pythonEnvironment";
import { soak } from "../support/soak";

jest.setTimeout(120_000);

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, startTimeout);
afterAll(() => server?.stop());

const manage = (first: string, run = "execute_from_command_line(sys.argv)"): string =>
  [
    first,
    "import os, sys",
    'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "test_settings")',
    "from django.core.management import execute_from_command_line",
    run,
  ].join("\n");

const patched: [library: string, file: string][] = [
  ["gevent", manage("from gevent import monkey\nmonkey.patch_all()")],
  ["eventlet", manage("import eventlet\neventlet.monkey_patch(all=True)")],
  [
    "gevent, in a greenlet of its own",
    manage(
      "from gevent import monkey\nmonkey.patch_all()\nimport gevent",
      "gevent.spawn(execute_from_command_line, sys.argv).get()",
    ),
  ],
];

/** Sleeps in Python, where a patched process gives way to its other tasks, and not in the driver. */
const sleeping = {
  name: "0002_slow",
  body: "def work(apps, editor):\n    import os, time\n    time.sleep(float(os.environ['SLOW_SECONDS']))\n",
  operations: ["migrations.RunPython(work)"],
};

describe.each(soak ? [oldestDjango, newestDjango] : [newestDjango])("a manage.py on $django", (version) => {
  let python: string;
  beforeAll(async () => {
    python = await pythonEnvironment([...version.requirements, "gevent", "eventlet"], version.python);
  }, 300_000);

  const site = async (file: string) => {
    const made = await createDjangoSite(python, server, []);
    made.project.addFile("manage.py", file);
    const env = { PYTHONWARNINGS: "ignore", SLOW_SECONDS: "60" };
    const gate: typeof made.gate = (options) => made.gate({ ...options, env: { ...env, ...options?.env } });
    const locks = () =>
      querySql(server, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory'", {
        database: made.database.name,
      });
    return { ...made, gate, locks };
  };

  it.each(patched)("patched by %s migrates, follows, and ends soon after its last line", async (_, file) => {
    const { gate, project, applied, locks } = await site(file);
    for (const says of [/^migrate: applied 1 migration in/, /^migrate: nothing to apply/]) {
      const run = gate();
      await run.says(says.source.slice(1));
      const said = Date.now();
      const end = await run.end;
      expectShowing(end, end.stderr).toMatchObject({ code: 0, stderr: "", proof: true });
      expect(end.lastLine).toMatch(says);
      expect(end.at - said).toBeLessThan(5_000);
    }
    project.addMigrations("blog", sleeping);
    const follower = gate({ index: 1, settings: { migrationPollSeconds: 0.5, migrationPollIters: 60 } });
    await follower.says("waiting for index 0");
    const leader = await gate({ env: { SLOW_SECONDS: "1" } }).end;
    expectShowing(leader, leader.stderr).toMatchObject({ code: 0 });
    expect(leader.stdout).toContain("migrate: applying blog.0002_slow\n");
    expect(await follower.end).toMatchObject({ code: 0 });
    expect(await applied()).toEqual(["0001_initial", "0002_slow"]);
    expect(await locks()).toEqual([]);
  });

  it.each(patched)(
    "patched by %s stops at migrationTimeout and at SIGTERM, with one sentence",
    async (_, file) => {
      const { gate, project, applied, locks } = await site(file);
      await gate().end;
      project.addMigrations("blog", sleeping);
      const late = gate({ settings: { migrationTimeout: "2s" } });
      await late.says("applying blog.0002_slow");
      const began = Date.now();
      const end = await late.end;
      expectShowing(end, end.stderr).toMatchObject({ code: 14 });
      expect(end.at - began).toBeLessThan(10_000);
      const stopped = gate();
      await stopped.says("applying blog.0002_slow");
      stopped.child.kill("SIGTERM");
      const told = await stopped.end;
      expect(told).toMatchObject({
        code: 15,
        stderr: "migrate: stopped by SIGTERM. Deploy again to continue. blog.0002_slow was rolled back.\n",
      });
      expect(await locks()).toEqual([]);
      expect(await applied()).toEqual(["0001_initial"]);
    },
  );
});

describe("settings", () => {
  let python: string;
  beforeAll(async () => {
    python = await pythonEnvironment(newestDjango.requirements, newestDjango.python);
  }, 300_000);
  const site = (...lines: string[]) => createDjangoSite(python, server, [], lines.join("\n"));

  it.each([
    [
      "start a thread that never ends",
      "import threading",
      "threading.Thread(target=threading.Event().wait).start()",
    ],
    [
      "fork a process that outlives them",
      "import os",
      "if os.fork() == 0:",
      "    os.execvp('sleep', ['sleep', '6'])",
    ],
    ["fork and go on in both", "import os", "os.fork()"],
    [
      "start worker processes",
      "import multiprocessing, time",
      "fork = multiprocessing.get_context('fork')",
      "fork.Process(target=time.sleep, args=(60,), daemon=True).start()",
    ],
  ])("that %s: migrated, and the task ends", async (_, ...lines) => {
    const { gate, applied } = await site(...lines);
    const run = gate();
    await run.says("applied 1 migration");
    const said = Date.now();
    await new Promise((resolve) => run.child.once("exit", resolve));
    expect(Date.now() - said).toBeLessThan(5_000);
    expect(run.child.exitCode).toBe(0);
    expect(await applied()).toEqual(["0001_initial"]);
    await run.end;
  });

  it.each([
    ["sys.exit(0)", 0],
    ["sys.exit(3)", 3],
    ["sys.exit('no licence')", 1],
  ])("that call %s leave no proof, so no server starts", async (call, code) => {
    const { gate } = await site("import sys", call);
    expect(await gate().end).toMatchObject({ code, proof: false });
  });

  it('and apps that ask whether "migrate" is in sys.argv find it, as leader and as follower', async () => {
    const { gate, project } = await site(
      "import sys",
      "if 'migrate' not in sys.argv:",
      "    raise RuntimeError('this is no migrate')",
    );
    project.addFile(
      "blog/apps.py",
      [
        "import sys",
        "from django.apps import AppConfig",
        "class Blog(AppConfig):",
        "    name = 'blog'",
        "    def ready(self):",
        "        if 'migrate' not in sys.argv:",
        "            print('the scheduler runs')",
      ].join("\n"),
    );
    const settings = { migrationPollSeconds: 0.5, migrationPollIters: 60 };
    const follower = gate({ index: 1, settings });
    await follower.says("waiting for index 0");
    const ends = [await gate({ settings }).end, await follower.end];
    for (const end of ends) {
      expectShowing(end, end.stderr).toMatchObject({ code: 0 });
      expect(end.stdout).not.toContain("the scheduler runs");
      expect(end.stdout).not.toContain("warning");
    }
  });

  it("and apps that ask for the word after manage.py are told so once, with what to ask instead", async () => {
    const { gate } = await site("import sys", "MIGRATES = len(sys.argv) > 1 and sys.argv[1] == 'migrate'");
    await gate().end;
    const line = (await gate().end).stdout.split("\n").find((text) => text.includes("warning"));
    expect(line).toMatch(
      /^migrate: warning: .*test_settings\.py line \d+ asks for the word after manage\.py, which is "shell" .*NOMAD_TASK_NAME/,
    );
    expect((await gate({ index: 1 }).end).stdout).not.toContain("warning");
  });
});
