/** Nomad reads the words of a task's command as templates: what HCL can't read ends a task before it starts. */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "@jest/globals";
import { type DjangoAppArgs, djangoAppProblems } from "../../components";

const minimal: DjangoAppArgs = { djangoImage: "shop:1", jobName: "shop" };
const worker = (word: string, more: object = {}): Partial<DjangoAppArgs> => ({
  processes: { worker: { command: ["sh", "-c", word], envVars: { CONCURRENCY: "4" }, ...more } },
});
const schedule = (word: string, more: object = {}): Partial<DjangoAppArgs> => ({
  schedules: { report: { command: ["sh", "-c", word], cron: "@daily", ...more } },
});
const problems = (args: Partial<DjangoAppArgs>): string[] =>
  djangoAppProblems({ ...minimal, ...args }).map(({ key, message }) => `${key}: ${message}`);

describe("a command line", () => {
  it.each([
    "${CONCURRENCY:-4}",
    "${CONCURRENCY:?no}",
    "${CONCURRENCY:+x}",
    "${CONCURRENCY:0:3}",
    "${CONCURRENCY=4}",
    "${CONCURRENCY-x}",
    "${CONCURRENCY%.txt}",
    "${CONCURRENCY##*/}",
    "${CONCURRENCY//a/b}",
    "${CONCURRENCY^^}",
    "${#CONCURRENCY}",
    "${!CONCURRENCY}",
    "${USER}",
    "${NOMAD_DC} ${USER}",
    "$${NOMAD_DC} ${USER}",
    "${}",
    "${@}",
    "${CONCURRENCY",
    "${A:-${CONCURRENCY}}",
    '${env[\\"X\\"]}',
    "%{http_code}",
    "%{",
  ])("with what Nomad can't fill in is refused, with the way to write it: %s", (word) => {
    expect(problems(worker(word))).toEqual([
      expect.stringMatching(
        /^processes\.worker\.command\[2\]: has .* would not start: write (\$\$|%%)\{.*, which the command gets as [$%]\{/,
      ),
    ]);
  });

  it.each([
    "${CONCURRENCY}",
    "$CONCURRENCY $(date) a$$b 100% $",
    '{"a":"$X"}',
    "$${CONCURRENCY:-4}",
    "$${A:-$${USER}}",
    "$${A:-${CONCURRENCY}}",
    "%%{http_code} x",
    "0.0.0.0:${NOMAD_HOST_PORT_check}",
    '${env["A.B"]} ${env.X}',
    "${node.class} ${node.unique.name} ${attr.unique.platform.aws.instance-id} ${meta.rack}",
    "${upper(NOMAD_DC)}",
    '${coalesce(env["X"], "z")}',
    "${substr(NOMAD_DC, 0, 2)}",
    "${NOMAD_ALLOC_INDEX + 8000}",
    "${8000+NOMAD_ALLOC_INDEX}",
    "${(NOMAD_ALLOC_INDEX + 1) * 2}",
    '${NOMAD_ALLOC_INDEX == "0" ? "#" : "b"}',
    '%{ if NOMAD_ALLOC_INDEX == "0" }a%{ else }b%{ endif }',
    "%{ for k, v in meta }${k} %{ endfor }",
    "${~ NOMAD_DC ~}",
    "${1} ${-1}",
  ])("keeps what Nomad fills in, and what is escaped: %s", (word) => {
    expect(problems(worker(word))).toEqual([]);
    expect(problems({ ...schedule(word), envVars: { CONCURRENCY: "4" } })).toEqual([]);
  });

  it("says it of every command that a task starts with", () => {
    expect(problems(schedule("curl -w %{http_code} https://shop.example.com"))).toEqual([
      "schedules.report.command[2]: has %{http_code}, which Nomad reads as a template of its own and can't fill in, so the " +
        "task would not start: write %%{http_code}, which the command gets as %{http_code}",
    ]);
    expect(problems(schedule("dumpdata > /backups/${USER}.json"))).toEqual([
      expect.stringContaining("schedules.report.command[2]: has ${USER}, which Nomad reads"),
    ]);
    const word = ["sh", "${PORT:-8000}"];
    for (const key of ["serverCommand", "manageCommand", "entrypoint", "migrateEntrypoint"]) {
      expect(problems({ [key]: word })).toEqual([expect.stringContaining(`${key}[1]: has \${PORT:-8000}, `)]);
    }
  });

  it("knows the variables of the task, also those that come later", () => {
    const word = "${TOKEN} ${OTHER} ${POSTGRES_HOST}";
    const secretEnvVars = { TOKEN: pulumi.secret("x") };
    expect(problems({ ...worker(word), secretEnvVars, envVars: { OTHER: pulumi.output("y") } })).toEqual([]);
    expect(problems({ ...worker("${TOKEN}", { envVars: pulumi.output({ TOKEN: "x" }) }) })).toEqual([]);
    expect(problems({ ...schedule(word), ...worker("x", { envVars: { TOKEN: "x" } }) })).toHaveLength(1);
  });

  it("has no quotes in what Nomad fills in where a time limit quotes it itself", () => {
    expect(problems(schedule('x ${env["A"]}', { timeout: "5m" }))).toEqual([
      'schedules.report.command[2]: has ${env["A"]}, whose quotes Nomad can\'t read in a schedule with a timeout: write it ' +
        'without them, such as ${env.NAME} for ${env["NAME"]}',
    ]);
    expect(problems(schedule('x ${env.A} $${A:-"b"}', { timeout: "5m" }))).toEqual([]);
  });
});
