/** components/arguments/configArgs.ts: the types of the table's keys, with what an editor shows of each. */
import { keys, readConfig } from "../../components/arguments/keys";
import { cluster, nomad } from "../../components/arguments/keys/nomad";
import { type Row, takesOutputs } from "../../components/arguments/row";
import type { Shape } from "../../components/arguments/shape";
import { defaultOf, namedShapes, prose } from "./describe";

const head = [
  "/* Written by `npm run docs` from the table in components/arguments/keys: change a row there. */",
  'import type * as pulumi from "@pulumi/pulumi";',
  'import type { Duration } from "../jobspec";',
  'import type { NomadArgs } from "../nomad/nomadArgs";',
].join("\n");

/** The type of a row's value: of one that may be an output, what is inside may be one, too. */
function typeOf(row: Row): string {
  const outputs = takesOutputs(row);
  return inputOf(valueOf(row.type.shape, outputs), outputs);
}

function inputOf(type: string, outputs: boolean): string {
  return outputs ? `pulumi.Input<${type}>` : type;
}

function valueOf(shape: Shape, outputs: boolean): string {
  switch (shape.kind) {
    case "text":
      return "string";
    case "duration":
      return "Duration";
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "choice":
    case "object":
      return shape.name;
    case "list":
      return `${inputOf(valueOf(shape.item, outputs), outputs)}[]`;
    case "named":
      return `Record<string, ${inputOf(valueOf(shape.item, outputs), outputs)}>`;
    case "free":
      return "Record<string, unknown>";
    case "map":
      return `Record<string, ${inputOf(shape.of ?? "string", outputs)}>`;
  }
}

/** Lines of at most a hundred characters. */
function wrapped(text: string): string[] {
  return text.split(" ").reduce<string[]>((lines, word) => {
    const last = lines.at(-1);
    return last !== undefined && last.length + word.length < 100
      ? [...lines.slice(0, -1), `${last} ${word}`]
      : [...lines, word];
  }, []);
}

function comment(lines: string[]): string {
  return ["/**", ...lines.map((line) => ` * ${line}`), " */"].join("\n");
}

function field([key, row]: [string, Row]): string {
  const value = defaultOf(row);
  const notes = [
    ...wrapped(prose(row).join(" ")),
    ...(value === undefined ? [] : [`@default ${JSON.stringify(value)}`]),
    ...(value === undefined && row.unset !== undefined ? wrapped(`@default ${row.unset}`) : []),
    ...(row.example === undefined ? [] : [`@example ${JSON.stringify(row.example)}`]),
  ];
  return `${comment(notes)}\n${key}${row.required === undefined ? "?" : ""}: ${typeOf(row)};`;
}

function declaration(shape: Extract<Shape, { name: string }>): string {
  if (shape.kind === "choice") {
    return `export type ${shape.name} = ${shape.words.map((word) => JSON.stringify(word)).join(" | ")};`;
  }
  const fields = Object.entries(shape.rows).map(field).join("\n");
  return `${comment(wrapped(shape.says))}\nexport interface ${shape.name} {\n${fields}\n}`;
}

/** The file as it should be, before Prettier. */
export function renderTypes(): string {
  const whole = readConfig.shape as Extract<Shape, { kind: "object" }>;
  const types = [...namedShapes(keys), whole].map(declaration);
  const fields = Object.entries(nomad).map(field).join("\n");
  const program = `/** Arguments of a DjangoApp that are in the table. */\nexport interface ProgramArgs extends ConfigArgs {\n${fields}\n}`;
  return `${[head, ...types, program].join("\n\n")}\n`;
}

/** components/nomad/nomadArgs.ts as it should be: the client of Nomad's API knows no table. */
export function renderNomadTypes(): string {
  const names = `/** Every name that {@link NomadArgs} has. */
export const nomadArgNames = ${JSON.stringify(Object.keys(cluster))} as const satisfies readonly (keyof NomadArgs)[];`;
  const [note, pulumi] = head.split("\n");
  return `${[`${note}\n${pulumi}`, ...namedShapes(nomad).map(declaration), names].join("\n\n")}\n`;
}
