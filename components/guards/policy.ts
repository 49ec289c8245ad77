/** A Nomad ACL policy with the rights of one application's token. Pure. */
import { hclText } from "./hclText";
import { type Right } from "../nomad/right";
import { type AppAccess, rightsOf, type TokenKind } from "./rights";

/** Names of the policy and of where it comes from, for its comments. */
export interface PolicyNames {
  /** Of the policy, for example `shop-prod-deploy`. */
  policy: string;
  stack: string;
}

/**
 * The smallest policy of a token, with the reason of each of its rights.
 * @throws {RangeError} when a name would mean more in a policy than itself.
 *
 * @example
 * ```ts
 * aclPolicy("deploy", appAccess(args, "shop", "web"), { policy: "shop-deploy", stack: "prod" });
 * ```
 */
export function aclPolicy(kind: TokenKind, app: AppAccess, names: PolicyNames): string {
  for (const name of [app.jobName, app.namespace, names.policy, names.stack]) mustBePlain(name);
  const rights = rightsOf(kind, app);
  return [
    header(kind, app, names),
    namespaceBlock(app, rights),
    ...rights.flatMap(({ capability, on, why }) => {
      if (on === "plugin") return [`# ${why}\nplugin {\n  policy = ${hclText(capability)}\n}\n`];
      if (typeof on === "string" || !("hostVolume" in on)) return [];
      return [
        `# ${why}\nhost_volume ${hclText(on.hostVolume)} {\n  capabilities = [${hclText(capability)}]\n}\n`,
      ];
    }),
  ].join("\n");
}

/** Names stand in comments and in the commands there, too. */
function mustBePlain(name: string): void {
  if (!/^[\w./-]+$/.test(name)) {
    throw new RangeError(`${JSON.stringify(name)} can't be in a policy: use letters, digits, _, ., / and -`);
  }
}

function header(
  kind: TokenKind,
  { namespace, jobName, submitJob }: AppAccess,
  { policy, stack }: PolicyNames,
): string {
  const whose = kind === "deploy" ? "deploys" : "only previews";
  const coarse = submitJob ? " --submit-job" : "";
  const life = kind === "deploy" ? " -ttl 1h" : "";
  return `# The token that ${whose} stack ${stack}: job ${jobName} in namespace ${namespace}.
#${submitJob ? "" : " For Nomad 1.11.2 and later; --submit-job prints it for older ones."}
#
#   npm run --silent policy -- ${kind} --stack ${stack}${coarse} >${policy}.hcl
#   nomad acl policy apply ${policy} ${policy}.hcl
#   nomad acl token create -name ${policy} -policy ${policy}${life}
`.replace("#\n#\n", "#\n");
}

function namespaceBlock(app: AppAccess, rights: readonly Right[]): string {
  const { namespace, copies = [] } = app;
  const variables = [...app.variables, ...copies];
  const own = rights.filter(({ on }) => on === "namespace");
  const longest = Math.max(...own.map(({ capability }) => capability.length));
  const lines = own.map(
    ({ capability, why }) => `    "${capability}",${" ".repeat(longest - capability.length)} # ${why}`,
  );
  return `namespace ${hclText(namespace)} {
  capabilities = [
${lines.join("\n")}
  ]
${variables.length === 0 ? "" : `\n  variables {\n${variables.map((path) => pathBlock(path, rights)).join("\n")}\n  }\n`}}
`;
}

function pathBlock(path: string, rights: readonly Right[]): string {
  const own = rights.filter(({ on }) => typeof on === "object" && "variable" in on && on.variable === path);
  return `    path ${hclText(path)} {
${own.map(({ capability, why }) => `      # ${capability}: ${why}`).join("\n")}
      capabilities = [${own.map(({ capability }) => `"${capability}"`).join(", ")}]
    }`;
}
