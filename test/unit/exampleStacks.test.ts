import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { DjangoApp } from "../../components";
import { readSettings } from "../../settings";
import { makeCertificates } from "../support/certificates";
import { runProgram } from "../support/engine";
import { stackConfig, type Values } from "../support/stackConfig";

const project = "django-nomad";
const key = (name: string): string => `${project}:${name}`;

describe("the example stacks", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "django-nomad-stacks-"));
    const { authority } = makeCertificates(folder, ["IP:127.0.0.1"]);
    for (const file of ["nomad-ca.pem", "database-ca.pem"]) copyFileSync(authority, join(folder, file));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** With the one secret and the certificates that a team would add. */
  const run = async (stack: string) => {
    const text = readFileSync(join(__dirname, `../../Pulumi.${stack}.yaml`), "utf8");
    const { config } = parse(text.replaceAll("certificates/", `${folder}/`)) as { config: Values };
    const warned: string[] = [];
    const deployed = await runProgram(() => new DjangoApp("django", readSettings()), {
      project,
      stack,
      config: stackConfig(
        {
          ...config,
          "nomad:address": "http://127.0.0.1:9",
          [key("database")]: { ...(config[key("database")] as object), adminPassword: "a" },
        },
        project,
      ),
      secretKeys: [key("database")],
      warned: (line) => warned.push(line),
    });
    return { config, warned, ...deployed };
  };

  it.each(["staging", "prod"])(
    "%s can be used when its secret is set, and has nothing doubtful in it",
    async (stack) => {
      const { config, warned, resource } = await run(stack);
      expect(warned.filter((line) => !line.includes("can't be reached"))).toEqual([]);
      expect(config["nomad:address"]).toMatch(/^https:/);
      const { Job } = JSON.parse(String(resource("django-job").inputs.jobspec)) as {
        Job: { Namespace: string };
      };
      expect(Job.Namespace).toBe(`shop-${stack}`);
      expect(resource("django-database-server").inputs.sslmode).toBe("verify-full");
    },
  );

  it("production is protected, staging can be taken down", async () => {
    expect((await run("prod")).resource("django-job").options.protect).toBe(true);
    expect((await run("staging")).resource("django-job").options).not.toHaveProperty("protect");
  });
});
