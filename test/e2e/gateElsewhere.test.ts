/** Migrations that are not the gate's to run, databases whose tables were there first, and sites without a database. */
import { describe, expect, it, jest } from "@jest/globals";

import { createDjangoProject, migrationSource, type TestMigration } from "../support/djangoProject";
import { createDjangoSite } from "../support/djangoSite";
import { oldestAndNewest } from "../support/djangoVersions";
import { gateBed } from "../support/gateBed";
import { GateProcess } from "../support/gateProcess";
import { onTestFinished } from "../support/onTestFinished";
import { soak } from "../support/soak";

jest.setTimeout(120_000);

const boxes: TestMigration = {
  name: "0001_initial",
  operations: [
    'migrations.CreateModel("Post", [("id", models.AutoField(primary_key=True))])',
    'migrations.CreateModel("Box", [("id", models.AutoField(primary_key=True))])',
  ],
  attributes: ["initial = True"],
};
const addRoom: TestMigration = {
  name: "0002_room",
  operations: ['migrations.AddField("box", "room", models.IntegerField(null=True))'],
};
const existing = "CREATE TABLE blog_box (id serial PRIMARY KEY); INSERT INTO blog_box DEFAULT VALUES;";

describe.each(soak ? oldestAndNewest : oldestAndNewest.slice(1))(
  "migrations from elsewhere, on $django and PostgreSQL $major",
  (version) => {
    const bed = gateBed(version);

    it('waits with migrations "wait" until something else has applied them, and writes nothing itself', async () => {
      const { gate, tables, project } = await createDjangoSite(bed.python, bed.server, []);
      const settings = {
        ...({ migrations: "wait", release: 100, application: "shop" } as const),
        ...{ migrationPollSeconds: 0.2, migrationPollIters: 100 },
      };
      const both = [0, 1].map((index) => gate({ index, settings }));
      for (const one of both) await one.says("waiting for the migrations to be applied from elsewhere");
      expect(await tables()).toEqual([]);
      expect(await gate().end).toMatchObject({ code: 0 });
      for (const one of both) expect(await one.end).toMatchObject({ code: 0, proof: true });
      expect(await tables()).not.toContain("django_nomad_release");
      project.addMigrations("blog", { name: "0002_more", operations: [] });
      const late = await gate({ settings: { ...settings, migrationPollIters: 2 } }).end;
      expect(late).toMatchObject({ code: 12, proof: false });
      expect(late.lastLine).toBe(
        "migrate: still pending after 2 checks in 0.4 s: blog.0002_more. With migrations set to wait, something else has to " +
          "apply them; if it only needs longer, raise migrationPollIters.",
      );
    });

    it('asks no database with migrations "none", runs startCommands, and leaves its proof', async () => {
      const project = createDjangoProject({ blog: [] }, "DATABASES = {}\n");
      onTestFinished(() => project.remove());
      const run = (settings: object) =>
        new GateProcess({ python: bed.python, project, databases: {}, settings }).end;
      const end = await run({
        migrations: "none",
        startCommands: [["shell", "-v", "0", "-c", "print('it ran')"]],
      });
      expect(end).toMatchObject({ code: 0, proof: true, stderr: "" });
      expect(end.stdout).toContain("it ran\n");
      const without = await run({});
      expect(without).toMatchObject({ code: 13, proof: false });
      expect(without.lastLine).toBe(
        'migrate: settings.DATABASES has no database "default": there is no ENGINE. Correct DATABASES or the task\'s ' +
          "environment. For a site without a database set migrations to none.",
      );
    });

    it("takes the first migration for applied with fakeInitial where all of its tables are there", async () => {
      const site = await createDjangoSite(bed.python, bed.server, []);
      site.project.addFile("blog/migrations/0001_initial.py", migrationSource("blog", boxes, undefined));
      site.project.addMigrations("blog", addRoom);
      await site.query(`CREATE TABLE blog_post (id serial PRIMARY KEY); ${existing}`);
      const without = await site.gate().end;
      expect(without).toMatchObject({ code: 11, proof: false });
      expect(without.lastLine).toMatch(/relation "blog_post" already exists.*set fakeInitial/);
      const end = await site.gate({ settings: { fakeInitial: true } }).end;
      expect(end).toMatchObject({ code: 0, proof: true });
      expect(end.stdout).toContain(
        "recorded blog.0001_initial without running it: its tables are there (fakeInitial)\n",
      );
      expect(end.stdout).toMatch(/applied blog\.0002_room in/);
      expect(end.lastLine).toMatch(/^migrate: applied 1 migration and recorded 1 in /);
      expect(await site.applied()).toEqual(["0001_initial", "0002_room"]);
      expect(await site.query("SELECT room FROM blog_box")).toEqual([{ room: null }]);
    });

    it("runs it, and says what is missing, where only some of its tables are there", async () => {
      const site = await createDjangoSite(bed.python, bed.server, []);
      site.project.addFile("blog/migrations/0001_initial.py", migrationSource("blog", boxes, undefined));
      await site.query(existing);
      const end = await site.gate({ settings: { fakeInitial: true } }).end;
      expect(end).toMatchObject({ code: 11, proof: false });
      expect(end.lastLine).toMatch(
        /relation "blog_box" already exists.*fakeInitial counts blog\.0001_initial as applied only if all of its tables exist/,
      );
      expect(await site.applied()).toEqual([]);
      expect(await site.query("SELECT 1 FROM blog_box")).toHaveLength(1);
    });
  },
);
