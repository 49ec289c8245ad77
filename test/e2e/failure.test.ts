import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Clone, type Finished } from "../support/clone";
import { expectShowing } from "../support/expectShowing";

const message = "Only 1 of 2 serve.\n  Next: mend it.";

/** A program whose second resource takes its time, beside what fails. */
const program = (failing: string): string => `
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { fail, failAside } from "./components/messages/failure";

const message = ${JSON.stringify(message)};
const first = new random.RandomPassword("first", { length: 8 });
const later = new Promise<number>((resolve) => setTimeout(() => resolve(8), 1000));
export const slow = new random.RandomPassword("slow", { length: later }).length;
${failing}
`;

/** How the component fails: once a value is known, before a resource is made, and beside what waits for a value. */
const ways = {
  applied: `first.length.apply(() => fail(message));`,
  hooked: `const hook = new pulumi.ResourceHook("hook", () => fail(message));
new random.RandomPassword("guarded", { length: 8 }, { hooks: { beforeCreate: [hook] } });`,
  steering: `const others = "line 3: <{% if x %}> <{% no end \\u001b[2J\\u001b]52;c;cm0=\\u0007";
import { say, warn } from "./components/messages/say";
say(others);
warn(others);
first.length.apply(() => fail(\`\${message} \${others}\`));`,
  aside: `export const kept = first.length.apply(async (length) => {
  await failAside(Promise.resolve().then(() => fail(message)));
  return length;
});`,
};

describe("a red line is a red exit", () => {
  let clone: Clone;
  beforeAll(() => {
    clone = Clone.create();
  });
  afterAll(() => clone.discard());

  /** Deploys a program of its own, in which nothing asks Nomad. */
  const deploy = async (way: keyof typeof ways, verb: string, ...args: string[]): Promise<Finished> => {
    clone.write("index.ts", program(ways[way]));
    clone.write(`Pulumi.${way}.yaml`, "config:\n  nomad:address: http://127.0.0.1:9\n");
    return clone.verb(verb, "--stack", way, ...args);
  };

  /** Above the diagnostics stand Pulumi's live lines, which repeat a message's first one. */
  const expectRed = ({ code, output }: Finished): void => {
    expectShowing(code, output).not.toBe(0);
    const diagnostics = output.slice(output.indexOf("\nDiagnostics:"));
    expect(diagnostics.split("Only 1 of 2 serve.")).toHaveLength(2);
    expect(diagnostics).toContain("Next: mend it.");
    expect(output).not.toMatch(/^ +at .+:\d+/m);
  };

  it("in a preview, without a stack trace", async () => {
    expectRed(await deploy("applied", "preview"));
  });

  it("in a hook", async () => {
    expectRed(await deploy("hooked", "up", "--skip-preview"));
  });

  it("also where it quotes Pulumi's colour markup and a terminal's controls, which nobody obeys", async () => {
    const shown = "line 3: <\\{% if x %}> <\\{% no end \\x1b[2J\\x1b]52;c;cm0=\\x07";
    const failed = await deploy("steering", "up", "--skip-preview");
    expectRed(failed);
    expectShowing(failed.output.split(shown).length - 1, failed.output).toBeGreaterThanOrEqual(3);
    expect(failed.output).not.toMatch(/panic|goroutine/);
    expect(failed.output).not.toContain("\u001b[2J");
    // Pulumi came to its end: a stack whose lock was left behind would refuse the next one, here on a colourful terminal.
    const next = await deploy("steering", "up", "--skip-preview", "--color", "always");
    expectShowing(next.code, next.output).not.toBe(0);
    expect(next.output).toContain(shown);
    expect(next.output).not.toMatch(/panic|goroutine|locked|\u001b\[2J/);
  });

  it("changed and unchanged, while other resources come to their end and the outputs stay", async () => {
    const changed = await deploy("aside", "up", "--skip-preview");
    expectRed(changed);
    expect(changed.output).toMatch(/kept: 8\n.*slow: 8/);
    expect(changed.output).toContain("+ 3 created");
    const unchanged = await deploy("aside", "up", "--skip-preview");
    expectRed(unchanged);
    expect(unchanged.output).toMatch(/kept: 8\n.*slow: 8/);
    expect(unchanged.output).toContain("3 unchanged");
  });
});
