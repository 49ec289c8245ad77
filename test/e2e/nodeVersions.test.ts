/** `npm test` previews on one version of Node besides its own; `npm run test:soak` does all that the table in docs/compatibility.md says. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { repoRoot } from "../../commands/base/paths";
import { run } from "../../commands/base/run";
import { type NomadAgent, startNomadAgent } from "../contract/support/nomadAgent";
import { Clone, type Finished, inheritedEnv } from "../support/clone";
import { expectShowing } from "../support/expectShowing";
import { type NodeLine, nodeLines, withNode } from "../support/nodeVersions";
import { soak } from "../support/soak";

const lines = nodeLines.filter((line) => soak || line === 24);

/** A parked application: everything but containers. */
const stack = (agent: NomadAgent, name: string): string => `config:
  nomad:address: ${agent.address}
  django-nomad:djangoImage: shop:1
  django-nomad:jobName: ${name}
  django-nomad:count: 0
`;

let agent: NomadAgent;
beforeAll(async () => {
  agent = await startNomadAgent();
});
afterAll(() => agent?.stop());

/** A clone whose program says on which Node and with which SDK it runs. */
function telling(): Clone {
  const clone = Clone.create();
  const sdk = 'require("@pulumi/pulumi/package.json").version';
  clone.write(
    "index.ts",
    `${clone.read("index.ts")}\nconsole.log(\`Node \${process.version}, SDK \${${sdk}}\`);\n`,
  );
  return clone;
}

async function previewAndUp(clone: Clone, line: NodeLine, name: string): Promise<string> {
  clone.write(`Pulumi.${name}.yaml`, stack(agent, name));
  const env = await withNode(line);
  const verb = async (...args: string[]): Promise<Finished> => {
    const finished = await clone.npm(["run", "--silent", ...args, "--stack", name], env);
    expectShowing(finished.code, finished.output).toBe(0);
    return finished;
  };
  const { output } = await verb("preview", "--");
  expect(output).toContain(`Node v${line}.`);
  expect(output).not.toMatch(/DeprecationWarning|ExperimentalWarning/);
  if (soak) await verb("up", "--", "--skip-preview");
  return output;
}

/** The unit tests, on that Node. @throws with what failed. */
async function unitTests(line: NodeLine, folder: string): Promise<void> {
  const env = {
    ...inheritedEnv(),
    ...(await withNode(line)),
    DJANGO_NOMAD_TEST_RUN: undefined,
    SOAK: undefined,
  };
  const jest = join(folder, "node_modules", "jest", "bin", "jest.js");
  const { stderr } = await run("node", [jest, "--selectProjects", "unit", "--testTimeout", "60000"], {
    cwd: folder,
    env,
  });
  expect(stderr).toMatch(/Tests: .* passed/);
}

describe.each(lines)("on Node %s", (line) => {
  let clone: Clone;
  beforeAll(() => {
    clone = telling();
  });
  afterAll(() => clone.remove());

  it(`the program loads without a warning and ${soak ? "deploys" : "previews"}`, async () => {
    await previewAndUp(clone, line, `node-${line}`);
  });

  if (soak) it("the unit tests pass", () => unitTests(line, repoRoot), 1_800_000);
});

if (soak) {
  describe.each([22, 24] as const)("with the newest Pulumi SDK, on Node %s", (line) => {
    let clone: Clone;
    beforeAll(async () => {
      clone = telling();
      rmSync(join(clone.folder, "node_modules"));
      const { code, output } = await clone.npm(["install", "@pulumi/pulumi@latest"], await withNode(line));
      expectShowing(code, output).toBe(0);
    });
    afterAll(() => clone.remove());

    it("the program deploys, and the unit tests pass", async () => {
      const { version } = JSON.parse(clone.read("node_modules/@pulumi/pulumi/package.json")) as {
        version: string;
      };
      const pinned = JSON.parse(clone.read("package.json")) as { dependencies: Record<string, string> };
      expect(await previewAndUp(clone, line, `newest-${line}`)).toContain(`SDK ${version}`);
      expect(pinned.dependencies["@pulumi/pulumi"]).toContain(version);
      await unitTests(line, clone.folder);
    }, 1_800_000);
  });
}
