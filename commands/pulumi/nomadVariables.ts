/** How the commands reach the Nomad of a stack: the cluster that its file names, or this clone's own agent. */
import { withoutCredentials } from "../../components/nomad/address";
import { UserError } from "../base/step";
import type { Laptop } from "./laptop";
import { movedNotes, nomadOfStack, nomadSettings, unknownSetting } from "./nomadOfStack";
import { fileOf, noSuchFile, stackConfig } from "./stackFile";
import { nomadProvider, stacks } from "./stackState";

/** What a command's environment gets, and what the user should know about it, one line each. */
export interface Part {
  env: NodeJS.ProcessEnv;
  notes: string[];
}

/** The Nomad address that a stack's file names, when it names one. */
export function configuredNomadAddress(stack: string): string | undefined {
  const address = stackConfig(stack)?.["nomad:address"];
  return typeof address === "string" ? address : undefined;
}

/** Stacks that name no Nomad address use this clone's agent, whatever NOMAD_ADDR says. */
export function nomadVariables(stack: string, machine: Laptop | undefined): Part {
  const configured = configuredNomadAddress(stack);
  const settings = nomadSettings(stackConfig(stack) ?? {});
  const problem = unknownSetting(fileOf(stack), settings);
  if (problem !== undefined) throw new UserError(problem);
  if (configured) {
    const { env, notes } = nomadOfStack(stack, settings, nomadProvider(stack), process.env);
    return {
      env: { ...env, ...ownToken(configured, machine) },
      notes: [`Nomad: ${withoutCredentials(configured)} (nomad:address of stack ${stack})`, ...notes],
    };
  }
  const agent = machine?.runningAgent();
  if (!agent) throw noCluster(stack, machine);
  const { address, token } = agent;
  const local = Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => name.startsWith("NOMAD_"))
      .map((name) => [name, undefined]),
  );
  const notes = [
    `Nomad: ${address} (this clone's agent)`,
    ...movedNotes(stack, address, nomadProvider(stack)),
  ];
  return { env: { ...local, NOMAD_ADDR: address, NOMAD_TOKEN: token }, notes };
}

function noCluster(stack: string, machine: Laptop | undefined): UserError {
  if (stackConfig(stack) === undefined && !stacks().includes(stack)) {
    return new UserError(
      `${noSuchFile(stack)}. A new stack begins with \`npm run pulumi -- stack init ${stack}\``,
    );
  }
  const name = `npm run pulumi -- config set nomad:address URL --stack ${stack}`;
  if (!machine) return new UserError(`Stack ${stack} names no Nomad cluster. \`${name}\` names one`);
  return new UserError(
    `Stack ${stack} uses this clone's Nomad agent, which is not running. ` +
      `\`npm start\` starts it; \`${name}\` names another cluster`,
  );
}

/** A stack may name this clone's agent by its address: it has no other token to give, unless the user has made one. */
function ownToken(configured: string, machine: Laptop | undefined): NodeJS.ProcessEnv {
  if (process.env.NOMAD_TOKEN || !machine?.isAgentAddress(configured)) return {};
  return { NOMAD_TOKEN: machine.runningAgent()?.token };
}
