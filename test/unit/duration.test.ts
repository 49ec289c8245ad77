import { describe, expect, it } from "@jest/globals";
import { formatSeconds, isDuration, nanoseconds, seconds } from "../../components/jobspec";

describe("durations", () => {
  it.each([
    ["10s", 10e9],
    ["10m", 600e9],
    ["2h", 7200e9],
    ["250ms", 250e6],
    ["1h30m", 5400e9],
    ["1m30s", 90e9],
    ["1.5s", 1.5e9],
    ["0s", 0],
  ])("%s is what Nomad calls %d", (text, expected) => {
    expect(nanoseconds(text)).toBe(expected);
    expect(seconds(text)).toBe(expected / 1e9);
  });

  it.each(["10", "", "10 s", "s", "10sec", "-5s", "1d", "10m!", "1e3s", ".5s"])(
    '"%s" is refused with the way to write it',
    (text) => {
      expect(isDuration(text)).toBe(false);
      expect(() => nanoseconds(text)).toThrow(
        `"${text}" is not a duration: write a number and its unit, such as "90s" or "10m"`,
      );
    },
  );

  it("come out whole, whatever fraction went in: Nomad takes no fractions of a nanosecond", () => {
    expect(nanoseconds("0.1s")).toBe(100e6);
    expect(nanoseconds("1.1ms")).toBe(1_100_000);
    expect(nanoseconds("0.0000001ms")).toBe(0);
  });

  it.each([
    [0, "0s"],
    [45, "45s"],
    [60, "1m"],
    [90, "1m30s"],
    [600, "10m"],
    [3600, "1h"],
    [3661, "1h1m1s"],
    [86_400, "24h"],
  ])("%d seconds are told as %s, which reads back as the same", (total, text) => {
    expect(formatSeconds(total)).toBe(text);
    expect(seconds(text)).toBe(total);
  });
});
