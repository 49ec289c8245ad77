import { describe, expect, it } from "@jest/globals";
import { figure, median, summary } from "../../statistics";
import { timelineOf } from "../../timeline";
import type { PlacedAllocation } from "../../../test/support/cluster";

describe("figures of the measurements", () => {
  it("are medians with their range", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(summary([12.34, 11.9, 12.8])).toBe("12.3 (11.9–12.8)");
    expect(summary([7])).toBe("7");
    expect(summary([])).toBe("–");
  });

  it("have three digits that matter, and whole numbers stay whole", () => {
    expect([0.04123, 1.2345, 45.67, 1234.5, 2].map(figure)).toEqual(["0.0412", "1.23", "45.7", "1235", "2"]);
  });
});

describe("the timeline of a rollout", () => {
  const begin = Date.parse("2026-01-01T00:00:00Z");
  const at = (seconds: number): string => new Date(begin + seconds * 1000).toISOString();
  const allocation = (
    name: string,
    version: number,
    tasks: Record<string, [from: number, to: number | undefined]>,
  ): PlacedAllocation =>
    ({
      Name: name,
      JobVersion: version,
      TaskStates: Object.fromEntries(
        Object.entries(tasks).map(([task, [from, to]]) => [
          task,
          { StartedAt: at(from), FinishedAt: to === undefined ? "0001-01-01T00:00:00Z" : at(to) },
        ]),
      ),
    }) as unknown as PlacedAllocation;

  it("counts from the command's begin, and what still runs lasts to its end", () => {
    const { allocations, seconds } = timelineOf(
      [
        allocation("shop.app[0]", 1, { migrate: [2, 5], server: [5, undefined] }),
        allocation("shop.app[0]", 0, { migrate: [-60, -58], server: [-58, 7] }),
        allocation("shop.app[1]", 0, { server: [-90, -80] }),
      ],
      { code: 0, output: "", begin, end: begin + 20_000 },
    );
    expect(seconds).toBe(20);
    expect(allocations).toEqual([
      { version: 0, index: 0, migrate: undefined, server: { from: 0, to: 7 } },
      { version: 1, index: 0, migrate: { from: 2, to: 5 }, server: { from: 5, to: 20 } },
    ]);
  });
});
