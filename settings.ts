/** Reads the stack's config once. Nothing else in the program asks for config. */
import * as pulumi from "@pulumi/pulumi";
import type { DjangoAppArgs } from "./components";
import {
  type Checked,
  checkArguments,
  configProblems,
  nomadTransport,
  inLines,
  type Problem,
  remember,
} from "./components/arguments";
import { markSecrets } from "./components/arguments/asOutputs";
import { Failure } from "./components/messages/failure";

/** A config that can't be used; the message names every problem at once. */
export class SettingsError extends Failure {}

/** The raw values of this project's keys: texts, or what their JSON holds. */
function rawConfig(project: string, config: Record<string, string>): Record<string, unknown> {
  const prefix = `${project}:`;
  const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), parsed(value)]));
}

function parsed(value: string): unknown {
  if (!/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    // A text that only looks like JSON: the reader of its key says what it should have been.
    return value;
  }
}

/** True for keys stored with `--secret`. The SDK has this question too, but does not declare its type. */
const isConfigSecret = (pulumi.runtime as unknown as { isConfigSecret(key: string): boolean }).isConfigSecret;

/** A stack's config can hold Nomad's token encrypted, or in plain text for everyone who has the file. */
function plainToken(): Problem[] {
  const key = "nomad:secretId";
  if (pulumi.runtime.allConfig()[key] === undefined || isConfigSecret(key)) return [];
  return [
    {
      key,
      message: `is stored in plain text. Pass it in NOMAD_TOKEN and remove it here; a token that never expires may be stored encrypted: pulumi config set --secret ${key} (it asks for the value)`,
    },
  ];
}

function describe(problems: Problem[]): string {
  const stack = pulumi.getStack();
  return (
    `The config of stack ${stack} has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}; ` +
    `nothing was changed.\n${inLines(problems)}\n` +
    `Fix Pulumi.${stack}.yaml or use \`pulumi config set KEY VALUE\`; docs/config.md lists every key.`
  );
}

/**
 * @returns what {@link DjangoAppArgs} needs, checked, defaults left to the component.
 * @throws {SettingsError} that names every key that is missing, unknown or wrong.
 */
export function readSettings(): DjangoAppArgs {
  const project = pulumi.getProject();
  const raw = rawConfig(project, pulumi.runtime.allConfig());
  const isSecret = (key: string): boolean => isConfigSecret(`${project}:${key}`);
  const { misplaced, others, readable } = configProblems({ raw, isSecret });
  const nomad = new pulumi.Config("nomad");
  const checked = checkArguments(
    { jobName: project, ...readable },
    nomadTransport((name) => nomad.get(name)),
  );
  const all = [
    ...misplaced,
    ...checked.problems.filter(({ key }) => !misplaced.some((one) => one.key === key)),
    ...others,
    ...plainToken(),
  ];
  if (!checked.values || all.length > 0) throw new SettingsError(describe(all));
  return remember(programArgs(checked.values), checked.values.jobName ?? project, checked);
}

/** As a program would give them: what is secret is an output that says so, and the names on this machine are its own. */
function programArgs(values: NonNullable<Checked["values"]>): DjangoAppArgs {
  const { jobName, postgres, ...rest } = markSecrets(values);
  const { POSTGRES_PASSWORD } = values.secretEnvVars ?? {};
  return {
    ...rest,
    // The stack keeps the project's name; a program's component would lend its own.
    jobName,
    ...(postgres && {
      postgres: {
        ...postgres,
        namePrefix: postgres.namePrefix ?? dockerNamePrefix(),
        password: postgres.password ?? pulumi.secret(POSTGRES_PASSWORD),
      },
    }),
  };
}

/**
 * `<project>-<stack>`, and what DJANGO_NOMAD_INSTANCE says: it tells two checkouts apart that keep the
 * same stack on one Docker host, where the second would otherwise find its names taken.
 */
function dockerNamePrefix(): string {
  const instance = process.env.DJANGO_NOMAD_INSTANCE;
  return [pulumi.getProject(), pulumi.getStack(), ...(instance ? [instance] : [])].join("-");
}
