import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { AgentAccess } from "../../../commands/pulumi/laptop";
import { FakeNomad } from "../../../test/support/fakeNomad";
import { ingressName, ingressVariables } from "../../ingress";
import {
  askedPort,
  blockedPorts,
  checkIngressPort,
  ingressPort,
  type PortChoice,
  whyNotFirst,
} from "../../ingressPort";

describe("the port of the dev stack's URL", () => {
  let nomad: FakeNomad;
  let other: Server;
  let taken: number;
  const port = (choice: { asked?: number; kept?: number }) =>
    ingressPort({ address: nomad.address, token: "token" }, "ingress", choice);

  beforeEach(async () => {
    nomad = await FakeNomad.start();
    nomad.answer("/v1/jobs", []);
    other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    taken = (other.address() as AddressInfo).port;
  });
  afterEach(async () => {
    other.close();
    await nomad.stop();
  });

  it("is the one of before, or the one that is asked for now", async () => {
    expect(await port({ kept: 8097 })).toBe(8097);
    expect(await port({ kept: 8097, asked: 8098 })).toBe(8098);
  });

  it("is a free one from 8080 on at first", async () => {
    const first = await port({});
    expect(first).toBeGreaterThanOrEqual(8080);
    expect(first).toBeLessThan(8180);
  });

  it("is refused when another program has it, with the way out: the URL never moves by itself", async () => {
    await expect(port({ kept: taken })).rejects.toThrow(
      `Port ${taken} of 127.0.0.1, where the site answers, is taken by another program.`,
    );
    await expect(port({ asked: taken })).rejects.toThrow(
      /choose another port: DJANGO_NOMAD_PORT=\d+ npm start/,
    );
  });

  it("is fine when it is the ingress itself that has it", async () => {
    nomad
      .answer("/v1/jobs", [{ ID: "ingress", Namespace: "default", Stop: false }])
      .answer("/v1/job/ingress", {
        TaskGroups: [{ Networks: [{ ReservedPorts: [{ Label: "http", Value: taken }] }] }],
      });
    expect(await port({ kept: taken })).toBe(taken);
  });

  const check = (agent: AgentAccess | "replaced" | undefined, choice: PortChoice): Promise<void> =>
    checkIngressPort(agent, "ingress", choice);

  it("is refused before anything is started, the one of before too, and the other one that is named is free", async () => {
    for (const choice of [{ asked: taken }, { kept: taken }]) {
      const refused = await check(undefined, choice).catch((error: Error) => error.message);
      expect(refused).toContain(`Port ${taken} of 127.0.0.1`);
      expect(refused).toContain("Nothing was started");
      const [, other] = /DJANGO_NOMAD_PORT=(\d+) npm start/.exec(String(refused)) ?? [];
      await expect(check(undefined, { asked: Number(other) })).resolves.toBeUndefined();
    }
  });

  it("is not refused for this clone's own ingress, nor for the one of an agent that is replaced first", async () => {
    nomad
      .answer("/v1/jobs", [{ ID: "ingress", Namespace: "default", Stop: false }])
      .answer("/v1/job/ingress", {
        TaskGroups: [{ Networks: [{ ReservedPorts: [{ Label: "http", Value: taken }] }] }],
      });
    const agent = { address: nomad.address, token: "token" };
    await expect(check(agent, { kept: taken })).resolves.toBeUndefined();
    await expect(check("replaced", { kept: taken })).resolves.toBeUndefined();
    await expect(check(undefined, {})).resolves.toBeUndefined();
    nomad.refuse("/v1/jobs", 403, "Permission denied");
    await expect(check(agent, { kept: taken })).resolves.toBeUndefined();
  });

  it("is never another one than 8080 without a word", async () => {
    expect(await whyNotFirst(8083, taken)).toContain(`${taken} is taken by another program; using 8083`);
    other.close();
    await once(other, "close");
    expect(await whyNotFirst(8083, taken)).toContain(`${taken} is left to another agent on this machine`);
  });

  it.each(["80", "65536", "http", "8080.5", "-1"])("can't be %s", (value) => {
    expect(() => askedPort(value)).toThrow(`DJANGO_NOMAD_PORT is "${value}" and must be a port from 1024`);
  });

  it.each(blockedPorts)("%i is refused: no browser would open it", async (port) => {
    expect(() => askedPort(String(port))).toThrow(
      `DJANGO_NOMAD_PORT is "${port}", a port that browsers refuse to open: choose another one, such as 9000`,
    );
    const cause = (error: unknown): unknown => (error as { cause?: unknown }).cause;
    expect(String(await fetch(`http://127.0.0.1:${port}`).catch(cause))).toBe("Error: bad port");
  });
});

describe("the dev stack's ingress", () => {
  const of = (httpService: unknown, more = {}) =>
    ingressVariables({ job: "shop", config: { httpService, ...more } }, 8080);

  it("checks the instances as Nomad does, and listens on this machine alone", () => {
    const checkHeaders = { Host: "shop.example.com", "X-Health-Token": '50% "${x}" %{y}' };
    expect(
      of({ serviceName: "web", checkPath: "/healthz", checkHeaders }, { namespace: "team" }),
    ).toMatchObject({
      ...{ service: "web", namespace: "team", port: "8080", address: "127.0.0.1" },
      ...{ check_path: "/healthz", check_status: "200-399" },
      check_headers: '{"Host":"shop.example.com","X-Health-Token":"50% \\"$${x}\\" %%{y}"}',
    });
  });

  it("takes any answer for a sign of life where the check only opens a connection", () => {
    expect(of({ serviceName: "web", checkType: "tcp" })).toMatchObject({ check_status: "100-599" });
  });

  it("takes any answer for a sign of life where nothing is checked", () => {
    const unchecked = { serviceName: "web", checkEnabled: false, checkPath: "/healthz" };
    expect(of(unchecked)).toMatchObject({ check_path: "/", check_status: "100-599", check_headers: "{}" });
  });

  it("is none without a service in Nomad's own catalog", () => {
    expect(of(undefined)).toBeUndefined();
    expect(of({ serviceName: "web", serviceProvider: "consul" })).toBeUndefined();
  });

  it("never has the application's job id", () => {
    expect([ingressName("shop"), ingressName("ingress")]).toEqual(["ingress", "ingress-proxy"]);
  });
});
