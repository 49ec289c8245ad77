import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

/** A migration as its Python source lines. */
export interface TestMigration {
  name: string;
  /** Elements of the migration's `operations`. `work` names the function of `body`. */
  operations: string[];
  /** Python lines before the class, for RunPython functions and more imports. */
  body?: string;
  /** @default true */
  atomic?: boolean;
  /** More lines of the class, such as `run_before = [...]`; a later one replaces what is here. */
  attributes?: string[];
}

/** How Django reaches its database. */
export interface TestDatabase {
  engine?: string;
  host?: string;
  port?: number;
  user?: string;
  password?: string;
  name: string;
  /** More keys of the entry in DATABASES, such as OPTIONS. */
  more?: Record<string, unknown>;
}

export interface DjangoProject {
  /** Where manage.py is. */
  directory: string;
  addMigrations(app: string, ...migrations: TestMigration[]): void;
  /** Writes a file of the project, with its folders; `path` is relative to `directory`. */
  addFile(path: string, text: string): void;
  remove(): void;
}

/** The migration that makes the app's first table. */
export const firstMigration: TestMigration = {
  name: "0001_initial",
  operations: ['migrations.CreateModel("Post", [("id", models.AutoField(primary_key=True))])'],
};

/** A migration that takes this long on PostgreSQL, inside one statement of the driver. */
export const slowMigration = (name: string, seconds: number): TestMigration => ({
  name,
  operations: [
    `migrations.RunSQL("CREATE TABLE made_by_${name} (id int)")`,
    `migrations.RunSQL("SELECT pg_sleep(${seconds})")`,
  ],
});

/** A migration that lasts until there is a table called "go". */
export const endsWhenTold = (name: string): TestMigration => ({
  name,
  atomic: false,
  body: [
    "def work(apps, editor):",
    "    import time",
    "    while 'go' not in editor.connection.introspection.table_names():",
    "        time.sleep(0.1)",
    "",
  ].join("\n"),
  operations: ["migrations.RunPython(work)"],
});

/** A migration that creates a table and then fails. */
export const failingMigration = (name: string): TestMigration => ({
  name,
  body: 'def work(apps, editor):\n    raise ValueError("two posts have the same slug")\n',
  operations: [`migrations.RunSQL("CREATE TABLE made_by_${name} (id int)")`, "migrations.RunPython(work)"],
});

/** A migration that prints what steers Pulumi and terminals, poses as the gate thousands of times, and fails. */
export const steeringMigration = (name: string): TestMigration => ({
  name,
  body: `def work(apps, editor):
    for number in range(20_000):
        print("migrate: step", number, "\\x1b[2J\\x1b]52;c;cm0=\\x07 <{% if x %}>\\u202e")
    raise ValueError("unclosed tag <{% if x %}> \\x1b[2J\\x9b2J\\rall is well")
`,
  operations: ["migrations.RunPython(work)"],
});

/** A Django project in a temporary directory whose databases come from the environment, see `databaseEnv`. */
export function createDjangoProject(apps: Record<string, TestMigration[]>, settings = ""): DjangoProject {
  const directory = mkdtempSync(join(tmpdir(), "django-project-"));
  const last: Record<string, string> = {};
  write(directory, "manage.py", MANAGE);
  chmodSync(join(directory, "manage.py"), 0o755);
  write(
    directory,
    "test_settings.py",
    `${SETTINGS}INSTALLED_APPS = ${JSON.stringify(Object.keys(apps))}\n${settings}`,
  );

  const project: DjangoProject = {
    directory,
    addFile: (path, text) => write(join(directory, dirname(path)), basename(path), text),
    addMigrations(app, ...migrations) {
      for (const migration of migrations) {
        write(
          join(directory, app, "migrations"),
          `${migration.name}.py`,
          migrationSource(app, migration, last[app]),
        );
        last[app] = migration.name;
      }
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
  for (const [app, migrations] of Object.entries(apps)) {
    write(join(directory, app), "__init__.py", "");
    write(join(directory, app), "models.py", MODELS);
    write(join(directory, app, "migrations"), "__init__.py", "");
    project.addMigrations(app, ...migrations);
  }
  return project;
}

/** The environment from which the project's settings take their databases. */
export function databaseEnv(databases: Record<string, TestDatabase>): Record<string, string> {
  const entries = Object.entries(databases).map(([alias, database]) => [
    alias,
    {
      ENGINE: database.engine ?? "django.db.backends.postgresql",
      NAME: database.name,
      USER: database.user ?? "",
      PASSWORD: database.password ?? "",
      HOST: database.host ?? "",
      PORT: database.port === undefined ? "" : String(database.port),
      ...database.more,
    },
  ]);
  return { TEST_DATABASES: JSON.stringify(Object.fromEntries(entries)) };
}

/** The Python file of a migration. */
export function migrationSource(app: string, migration: TestMigration, previous: string | undefined): string {
  return `from django.db import migrations, models

${migration.body ?? ""}

class Migration(migrations.Migration):
    atomic = ${migration.atomic === false ? "False" : "True"}
    dependencies = [${previous === undefined ? "" : `("${app}", "${previous}")`}]
    operations = [
${migration.operations.map((operation) => `        ${operation},\n`).join("")}    ]
${(migration.attributes ?? []).map((line) => `    ${line}\n`).join("")}`;
}

function write(directory: string, name: string, text: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, name), text);
}

const MANAGE = `#!/usr/bin/env python3
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "test_settings")
from django.core.management import execute_from_command_line

execute_from_command_line(sys.argv)
`;

const SETTINGS = `import json
import os

SECRET_KEY = "for tests"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
DATABASES = json.loads(os.environ["TEST_DATABASES"])
`;

// A model may have the name of one of Python's own classes; the shell imports it into its namespace.
const MODELS = `from django.db import models


class Post(models.Model):
    pass


class Exception(models.Model):
    class Meta:
        managed = False
`;
