import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { repoRoot } from "../../../commands/base/paths";
import { walkthroughImages } from "../../images/packSite";

const [v1, v2] = ["jamiebeverley/django-testing:v1", "jamiebeverley/django-testing:v2"];

/** A Docker that has some images, and a registry that has others. */
const docker = (there: string[], pullable: string[]) => {
  const pulled: string[] = [];
  return {
    pulled,
    present: () => Promise.resolve(new Map(there.map((name) => [name, ""]))),
    pull: (name: string) => {
      pulled.push(name);
      return Promise.resolve(pullable.includes(name));
    },
  };
};

describe("npm run walkthrough", () => {
  it("pulls the published images first, both of them, and says so", async () => {
    const registry = docker([], [v1, v2]);
    const { of, choice, hasTasks } = await walkthroughImages(registry);
    expect(hasTasks).toBe(false);
    expect(registry.pulled).toEqual([v1, v2]);
    expect([of("v1"), of("v2")]).toEqual([v1, v2]);
    expect(choice).toBe(`the published images ${v1} and v2`);
  });

  it("pulls nothing that is there", async () => {
    const registry = docker([v1, v2], []);
    expect((await walkthroughImages(registry)).of("v2")).toBe(v2);
    expect(registry.pulled).toEqual([]);
  });

  it.each([
    ["no registry", [], v1],
    ["a registry without the second release", [v1], v2],
  ])("uses the sample images with %s, and says why", async (_what, pullable, missing) => {
    const { of, choice, hasTasks } = await walkthroughImages(docker([], pullable));
    expect(hasTasks).toBe(true);
    expect([of("v1"), of("v2")]).toEqual(["django-testing:v1", "django-testing:v2"]);
    expect(choice).toBe(`the sample images django-testing:v1 and v2, since ${missing} can't be pulled here`);
  });

  it("is described with the lines that it prints", async () => {
    const page = readFileSync(join(repoRoot, "docs", "walkthrough.md"), "utf8");
    for (const pullable of [[v1, v2], []]) {
      const { choice } = await walkthroughImages(docker([], pullable));
      expect(page).toContain(`    This run uses ${choice}\n`);
    }
  });
});
