import { expect, it } from "@jest/globals";
import { agentPortRange, ownAgentConfig, portsFrom } from "../../agentConfig";

it("no two agents of clones give out the same ports to services, and all are Nomad's usual ones", () => {
  const { first, last } = agentPortRange;
  const given = new Set<number>();
  for (let http = first; http < last; http += 100) {
    const config = ownAgentConfig(portsFrom(http), "/data", "agent", "");
    const [, from, to] = /min_dynamic_port = (\d+)\n +max_dynamic_port = (\d+)/.exec(config) ?? [];
    for (let port = Number(from); port <= Number(to); port++) {
      expect(given).not.toContain(port);
      given.add(port);
    }
  }
  expect(given.size).toBeGreaterThanOrEqual(49 * 200);
  expect(Math.min(...given)).toBeGreaterThanOrEqual(20_000);
  expect(Math.max(...given)).toBeLessThanOrEqual(32_000);
});
