/** `npm run policy -- deploy | preview | operate [--stack NAME] [--submit-job]`: the ACL policy of a stack's token, from its config. */
import { parseArgs } from "node:util";
import { appAccess } from "../components/guards/appAccess";
import { aclPolicy } from "../components/guards/policy";
import type { TokenKind } from "../components/guards/rights";
import { checkArguments, type KnownArgs } from "../components/arguments";
import { noSuchFile, ownConfig, projectName } from "./pulumi/stackFile";
import { main, UserError } from "./base/step";

const usage =
  "Usage: npm run --silent policy -- deploy | preview | operate [--stack NAME] [--submit-job]\n" +
  "  deploy: the rights for preview, up and destroy; preview: the rights for preview only, which can change nothing;\n" +
  "  operate: the rights for status, logs and manage.\n" +
  "  --submit-job: for Nomad before 1.11.2, which does not know the parts of submit-job.";

interface Options {
  kind: TokenKind;
  stack: string;
  submitJob: boolean;
}

function readOptions(args: readonly string[]): Options {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        stack: { type: "string", short: "s", default: "dev" },
        "submit-job": { type: "boolean", default: false },
      },
    });
    const [kind, ...more] = positionals;
    if ((kind !== "deploy" && kind !== "preview" && kind !== "operate") || more.length > 0)
      throw new UserError(usage);
    return { kind, stack: values.stack, submitJob: values["submit-job"] };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${(error as Error).message}\n${usage}`);
  }
}

/** Keys that decide on a policy; what is wrong with others does not matter here. */
const decisive =
  /^(jobName|namespace|volumes|update\.strategy|protect|database\.roles|backups|backupBeforeMigrate|processes|schedules|manage|afterRollout)\b/;

/**
 * The policy as a text. Needs neither Nomad nor the stack's passphrase: of its secrets it matters only whether there are any.
 * @throws {UserError} when there is no such stack, or its config can't be read.
 */
export function policyOf({ kind, stack, submitJob }: Options): string {
  if (!/^[\w./-]+$/.test(stack)) {
    throw new UserError(
      `${JSON.stringify(stack)} is not the name of a stack: letters, digits, _, ., / and -`,
    );
  }
  const config = ownConfig(stack);
  if (!config) throw new UserError(`${noSuchFile(stack)}. A stack's policy follows from its file`);
  const project = projectName();
  const { values, problems } = checkArguments({ ...config, jobName: config.jobName ?? project });
  const wrong = problems.filter(({ key }) => decisive.test(key));
  if (wrong.length > 0) {
    const lines = wrong.map(({ key, message }) => `  ${key}: ${message}`);
    throw new UserError(`The config of stack ${stack} does not say what to allow:\n${lines.join("\n")}`);
  }
  const args = (values ?? {}) as Partial<KnownArgs>;
  const jobName = args.jobName ?? project;
  const access = appAccess(args, jobName, args.namespace ?? "default");
  const name = stack.split("/").at(-1) ?? stack;
  return aclPolicy(kind, { ...access, submitJob }, { policy: `${jobName}-${name}-${kind}`, stack });
}

if (require.main === module) {
  main(async () => {
    process.stdout.write(policyOf(readOptions(process.argv.slice(2))));
  });
}
