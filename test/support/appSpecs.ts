/** Plain settings that the tests render jobs from. */
import { defaults } from "../../components";
import type { AppSpec, ServiceSpec } from "../../components/jobspec";

export const service: ServiceSpec = {
  serviceName: "django",
  serviceTags: [],
  serviceProvider: "nomad",
  checkEnabled: true,
  checkType: "http",
  checkPath: "/",
  checkInterval: "10s",
  checkTimeout: "5s",
  checkHeaders: {},
  upstreams: [],
};

/** The pack's walkthrough, with its password as a secret; the gate is shortened to a word. */
export const walkthrough: AppSpec = {
  jobName: "django",
  datacenters: ["*"],
  count: 2,
  image: "django-testing:v1",
  port: 8000,
  portLabel: "http",
  service,
  networkMode: "shop-dev",
  env: { DEBUG: "off", POSTGRES_HOST: "postgres", POSTGRES_PORT: "5432" },
  migrateEnv: {},
  proofDelimiter: "fedcba9876543210",
  secrets: { path: "nomad/jobs/django", names: ["SECRET_KEY", "POSTGRES_PASSWORD"], fingerprint: "0a1b2c3d" },
  serverResources: { cpu: 100, memory: 300 },
  migrateResources: { cpu: 150, memory: 400 },
  gate: { command: "./manage.py", args: ["shell", "-c", "gate"], env: { GATE_LEADER: "index-zero" } },
  restart: defaults.restart,
  shutdownDelay: defaults.shutdownDelay,
  update: {
    strategy: "canary",
    maxParallel: 1,
    autoRevert: true,
    minHealthyTime: "10s",
    healthyDeadline: 900,
    progressDeadline: 960,
  },
};
