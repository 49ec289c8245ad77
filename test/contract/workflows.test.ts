import { expect, it } from "@jest/globals";
import { CommandError, run } from "../../commands/base/run";
import { ensureTool } from "../../local/tools";
import { exampleWorkflows, workflowText } from "../support/pipeline/workflow";

/** What actionlint says of a workflow. Without the linters that it calls where a machine happens to have them. */
async function complaints(input: string): Promise<string> {
  const { path } = await ensureTool("actionlint");
  try {
    return (await run(path, ["-shellcheck=", "-pyflakes=", "-no-color", "-"], { input })).stdout;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return error.stdout;
  }
}

it.each(exampleWorkflows)("actionlint finds nothing in %s", async (file) => {
  expect(await complaints(workflowText(file))).toBe("");
});

it("actionlint is asked: a right that GitHub does not have is found", async () => {
  const wrong = workflowText("preview.yml").replace("id-token: write", "id-tokens: write");
  expect(await complaints(wrong)).toContain('unknown permission scope "id-tokens"');
});
