/** The product without its workshop: see docs/decisions/workshop.md. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { laptop } from "../../commands/pulumi/laptop";
import { Clone } from "../support/clone";
import { expectShowing } from "../support/expectShowing";
import { type NomadAgent, startNomadAgent } from "./support/nomadAgent";

jest.setTimeout(1_200_000);

/** The stand-ins, the measurements, the set-up of a laptop, and the tests on the servers that it starts. */
const workshop = ["offline", "bench", "local", "test/contract", "test/e2e"];

/** Deletes what the deleted tests were supported by: each file that now imports one that is not there. */
function deleteOrphans(folder: string): void {
  const orphans = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((file) => file.endsWith(".ts") && !imports(file).every(isThere));
  for (const orphan of orphans) rmSync(orphan);
  if (orphans.length > 0) deleteOrphans(folder);
}

function imports(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/from "(\.[^"]+)"/g)].map(([, to]) =>
    join(dirname(file), to),
  );
}

function isThere(module: string): boolean {
  return ["", ".ts", "/index.ts"].some((end) => existsSync(module + end));
}

describe("without its workshop, the product", () => {
  let product: Clone;
  const npm = (...args: string[]) => product.npm(["run", "--silent", ...args]);

  beforeAll(() => {
    product = Clone.create();
    for (const folder of workshop) rmSync(join(product.folder, folder), { recursive: true });
    deleteOrphans(join(product.folder, "test", "support"));
  });
  afterAll(() => product.discard());

  it("passes its lint and its types", async () => {
    const { code, output } = await npm("lint");
    expectShowing(code, output).toBe(0);
  });

  it("passes its unit tests", async () => {
    const { code, output } = await npm("test:unit");
    expectShowing(code, output).toBe(0);
    expect(output).toMatch(/Test Suites: +\d\d+ passed/);
  });

  describe("with a Pulumi installation", () => {
    let nomad: NomadAgent;
    let path: string;

    beforeAll(async () => {
      const machine = await laptop();
      if (!machine) throw new Error("local/ is there in this test");
      // The stand-ins are the only plugins that every machine has; on PATH they count as an installation's own.
      path = [dirname(await machine.pulumi()), await machine.standIns(), process.env.PATH].join(":");
      nomad = await startNomadAgent();
    });
    afterAll(() => nomad?.stop());

    it("previews a stack that names its cluster", async () => {
      product.write(
        "Pulumi.own.yaml",
        `config:\n  nomad:address: ${nomad.address}\n  django-nomad:djangoImage: shop:1\n`,
      );
      const args = ["run", "--silent", "preview", "--", "--stack", "own"];
      const { code, output } = await product.npm(args, { PATH: path, DJANGO_NOMAD_OFFLINE: undefined });
      expectShowing(code, output).toBe(0);
      expect(output).toContain("Plugins: the published ones");
      expect(output).toMatch(/\+ \d+ to create/);
    });

    it("says what a stack lacks that names no cluster", async () => {
      const args = ["run", "--silent", "preview", "--", "--stack", "dev"];
      const { code, output } = await product.npm(args, { PATH: path });
      expect(code).toBe(2);
      expect(output).toContain("Stack dev names no Nomad cluster");
      expect(output).toContain("npm run pulumi -- config set nomad:address URL --stack dev");
    });

    it("names Pulumi where it is not on PATH", async () => {
      const node = dirname(process.execPath);
      const { code, output } = await product.npm(["run", "--silent", "preview"], { PATH: node });
      expect(code).toBe(2);
      expect(output).toContain("pulumi is not on PATH. Install it");
    });
  });
});
