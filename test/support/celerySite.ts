/** The sample site with tasks that leave a trace: who did what, on which schema; and somebody who sends them. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { forget, remember } from "./leftovers";
import { run } from "../../commands/base/run";
import type { TestMigration } from "./djangoProject";

/** Tables that no migration of the site makes: they are there for every version. */
export const traces = `
  CREATE TABLE orders (number int, version text, migrations int, fees bigint, message text, worker text, at timestamptz DEFAULT clock_timestamp());
  CREATE TABLE ticks (beat text, version text, ordered float8, by_version text);
  CREATE TABLE failures (task text, text text);
`;

/** Adds a column that the tasks of its release read. */
export function feeMigration(seconds: number): TestMigration {
  return {
    name: "0002_fee",
    operations: [
      `migrations.RunSQL("SELECT pg_sleep(${seconds})")`,
      'migrations.AddField("visit", "fee", models.IntegerField(db_default=0))',
    ],
  };
}

/** chores/tasks.py of a release. @param hasFee whether its tasks read the column of {@link feeMigration}. */
export function tasksSource(hasFee: boolean): string {
  return `
import os
import secrets
import time

from celery import shared_task
from celery.signals import before_task_publish, task_failure
from django.conf import settings
from django.db import connection

PROCESS = os.environ.get("NOMAD_SHORT_ALLOC_ID", "none") + " " + secrets.token_hex(4)
# A connection for each task costs more than the task.
settings.DATABASES["default"]["CONN_MAX_AGE"] = None


def execute(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@before_task_publish.connect
def sign(headers=None, **kwargs):
    headers.update(beat=PROCESS, ordered=time.time(), ordered_by=settings.SITE_VERSION)


@task_failure.connect
def keep(sender=None, exception=None, **kwargs):
    execute("INSERT INTO failures (task, text) VALUES (%s, %s)", sender.name, repr(exception))


@shared_task(bind=True)
def order(self, number):
    time.sleep(0.1)
    execute(
        "INSERT INTO orders (number, message, worker, version, migrations, fees) VALUES (%s, %s, %s, %s, "
        "(SELECT count(*) FROM django_migrations WHERE app = 'visits'), "
        "(SELECT ${hasFee ? "coalesce(sum(fee), 0) FROM visits_visit" : "0"}))",
        number, self.request.id, f"{PROCESS} {os.getpid()}", settings.SITE_VERSION,
    )


@shared_task(bind=True)
def tick(self):
    headers = self.request.headers
    execute(
        "INSERT INTO ticks (beat, version, ordered, by_version) VALUES (%s, %s, %s, %s)",
        headers["beat"], headers["ordered_by"], headers["ordered"], settings.SITE_VERSION,
    )
`;
}

const sender = (perSecond: number): string => `
import itertools, signal, time
import config.celery
from chores.tasks import order
stop = []
signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
begin = time.monotonic()
for sent in itertools.count():
    if stop:
        break
    time.sleep(max(0, begin + sent / ${perSecond} - time.monotonic()))
    order.delay(sent)
print("sent", sent, flush=True)
`;

export interface Sender {
  /** Ends it. @returns how many orders it sent, numbered from 0. */
  stop(): Promise<number>;
}

/** Sends orders, as a web server would, until it is stopped. */
export function sendOrders(image: string, network: string, redisUrl: string, perSecond: number): Sender {
  const name = `django-nomad-test-sender-${randomBytes(4).toString("hex")}`;
  remember({ kind: "container", name });
  const options = ["--rm", "--name", name, "--network", network, "--env", `REDIS_URL=${redisUrl}`];
  const program = ["./manage.py", "shell", "-v", "0", "-c", sender(perSecond)];
  const child = spawn("docker", ["run", ...options, image, ...program], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  }
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", reject).once("close", () => resolve());
  });
  return {
    stop: async () => {
      await run("docker", ["kill", "--signal", "TERM", name]);
      await ended;
      forget({ kind: "container", name });
      const sent = /^sent (\d+)$/m.exec(output)?.[1];
      if (sent === undefined) throw new Error(`the sender of orders ended without its count:\n${output}`);
      return Number(sent);
    },
  };
}
