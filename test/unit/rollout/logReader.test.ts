import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { LogReader } from "../../../components/nomad/logReader";
import { allocation, FakeNomad } from "../../support/fakeNomad";

const { ID: id } = allocation(0);
const path = `GET /v1/client/fs/logs/${id}`;

describe("a log is read on from where it was left", () => {
  let nomad: FakeNomad;
  let reader: LogReader;
  beforeAll(async () => {
    nomad = await FakeNomad.start();
  });
  beforeEach(() => {
    reader = new LogReader(nomad.api(), id, "migrate");
  });
  afterAll(() => nomad.stop());

  const lines = async (): Promise<string[]> => (await reader.read()).lines;

  it("each line once and whole, also one that comes in pieces, in the middle of a letter", async () => {
    const whole = Buffer.from("one\ntwö\nthree\n");
    nomad.log(id, [""]);
    expect(await lines()).toEqual([]);
    const told: string[] = [];
    for (let end = 1; end <= whole.length; end += 1) {
      nomad.answer(`/v1/client/fs/logs/${id}`, (query) => framed(whole.subarray(0, end), query));
      told.push(...(await lines()));
    }
    expect(told).toEqual(["one", "twö", "three"]);
    expect(await lines()).toEqual([]);
  });

  it("with one question where there is no news, which is answered with one byte", async () => {
    nomad.log(id, [`${"x".repeat(200_000)}\nend\n`]);
    expect((await lines()).at(-1)).toBe("end");
    let offset = "";
    nomad.answer(`/v1/client/fs/logs/${id}`, (query) => {
      offset = query.get("offset") ?? "";
      return framed(Buffer.from(`${"x".repeat(200_000)}\nend\n`), query);
    });
    const before = nomad.asked.length;
    expect(await lines()).toEqual([]);
    expect(nomad.asked.slice(before)).toEqual([path]);
    expect(offset).toBe("200004");
  });

  it("across its files, and on after the oldest was thrown away", async () => {
    nomad.log(id, ["a1\na2\n", "b1\n"]);
    expect(await lines()).toEqual(["a1", "a2", "b1"]);
    nomad.log(id, ["b1\nb2\n", "c1\n"], 1);
    expect(await reader.read()).toEqual({ lines: ["b2", "c1"], lost: false, more: false });
    // A line that is split over two files is one line.
    nomad.log(id, ["c1\nc", "2\nd1\n"], 2);
    expect(await lines()).toEqual(["c2", "d1"]);
    nomad.log(id, ["2\nd1\nd2\n"], 3);
    expect(await lines()).toEqual(["d2"]);
    expect(await lines()).toEqual([]);
  });

  it("and says when lines were thrown away before they were read", async () => {
    nomad.log(id, ["a1\n"]);
    expect(await lines()).toEqual(["a1"]);
    nomad.log(id, ["e1\n", "f1\n"], 4);
    expect(await reader.read()).toEqual({ lines: ["e1", "f1"], lost: true, more: false });
    expect(await reader.read()).toEqual({ lines: [], lost: false, more: false });
    const late = new LogReader(nomad.api(), id, "migrate");
    expect(await late.read()).toEqual({ lines: ["e1", "f1"], lost: true, more: false });
  });

  it("a few megabytes at a time", async () => {
    const count = 120_000;
    const line = (index: number): string => `line ${String(index).padStart(8, "0")} ${"x".repeat(80)}`;
    nomad.log(id, [Array.from({ length: count }, (_, index) => `${line(index)}\n`).join("")]);
    let next = 0;
    let looks = 0;
    for (let more = true; more; looks += 1) {
      const piece = await reader.read();
      expect(piece.lines.findIndex((said, index) => said !== line(next + index))).toBe(-1);
      next += piece.lines.length;
      more = piece.more;
    }
    expect(next).toBe(count);
    expect(looks).toBeGreaterThan(3);
  });

  it("without a line that is longer than that, and without half of it", async () => {
    nomad.log(id, [`one\n${"y".repeat(9_000_000)}migrate: half\nmigrate: whole\n`]);
    const told: string[] = [];
    for (let more = true; more;) {
      const piece = await reader.read();
      told.push(...piece.lines);
      more = piece.more;
    }
    expect(told).toEqual(["one", "migrate: whole"]);
  });
});

/** One file, whose bytes may end within a letter. */
function framed(data: Buffer, query: URLSearchParams): string {
  const offset = Number(query.get("offset"));
  if (offset >= data.length) return "";
  const Data = data.subarray(offset).toString("base64");
  return JSON.stringify({ Data, File: "alloc/logs/migrate.stdout.0", Offset: data.length });
}
