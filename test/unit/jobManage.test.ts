/** The job of one-off commands. */
import { describe, expect, it } from "@jest/globals";
import { migratorPrefix, renderManage, roleMeta, wordsFile } from "../../components/gate";
import { type AppSpec, buildManage } from "../../components/jobspec";
import { walkthrough } from "../support/appSpecs";

const secrets = {
  path: "nomad/jobs/django",
  names: ["POSTGRES_PASSWORD", "SECRET_KEY"],
  fingerprint: "0a1b2c3d",
};
const migrate = { path: "nomad/jobs/django/app/migrate", names: ["POSTGRES_PASSWORD"] };
const manage = {
  launch: renderManage(["./manage.py"]),
  ...{ migratorPrefix, roleMeta, wordsFile },
  resources: { cpu: 100, memory: 300 },
};

describe("the job of one-off commands", () => {
  const taskOf = (spec: Partial<AppSpec>) =>
    buildManage({ ...walkthrough, ...spec }, manage).TaskGroups[0].Tasks[0];

  it("waits for a dispatch, which brings the words of the command, and begins none of them twice", () => {
    const { ID, Type, ParameterizedJob, TaskGroups } = buildManage(walkthrough, manage);
    expect({ ID, Type, ParameterizedJob }).toEqual({
      ...{ ID: "django-manage", Type: "batch" },
      ParameterizedJob: { Payload: "required", MetaOptional: ["role"] },
    });
    expect(TaskGroups[0]).toMatchObject({
      RestartPolicy: { Attempts: 0, Mode: "fail" },
      ReschedulePolicy: { Attempts: 0, Unlimited: false },
      Tasks: [{ DispatchPayload: { File: "words.json" }, Config: { image: walkthrough.image } }],
    });
  });

  it("is started through manage.py as the gate is, with the entrypoint of the migrate task", () => {
    const { Config } = taskOf({ entrypoint: ["/entry.sh"], migrateEntrypoint: [] });
    expect(Config).toMatchObject({ entrypoint: [""], command: "./manage.py" });
    expect(Config.args?.slice(0, 4)).toEqual(["shell", "-v", "0", "-c"]);
  });

  it("reads the secrets of its own variable, and those of the migrations for their role alone", () => {
    const { Templates = [], Env } = taskOf({
      secrets: { ...secrets, migrate },
      migrateEnv: { POSTGRES_USER: "shop_owner" },
    });
    const [common, migrators] = Templates.map(({ EmbeddedTmpl }) => EmbeddedTmpl ?? "");
    expect(common).toContain('nomadVar "nomad/jobs/django-manage"');
    expect(migrators).toMatch(/^\{\{ if eq \(env "NOMAD_META_role"\) "migrator" \}\}/);
    expect(migrators).toContain('nomadVar "nomad/jobs/django-manage/manage/manage"');
    expect(Env).toMatchObject({ DJANGO_NOMAD_MIGRATOR_POSTGRES_USER: "shop_owner" });
    expect(Env?.POSTGRES_USER).not.toBe("shop_owner");
  });

  it("keeps every byte of its output in Docker, and as much in Nomad as a group's disk holds by default", () => {
    const { Config, LogConfig } = taskOf({});
    expect(Config.logging).toEqual([
      { type: "local", config: [{ "max-size": "100g", "max-file": "1", compress: "false" }] },
    ]);
    expect((LogConfig?.MaxFiles ?? 0) * (LogConfig?.MaxFileSizeMB ?? 0)).toBeLessThan(300);
  });
});
