import { randomInt } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { Failure } from "../../components/messages/failure";
import { lastLines, message, printable, uncut } from "../../components/messages/printable";
import { repetitions } from "../support/soak";

describe("what others wrote", () => {
  it.each([
    ["Pulumi's colour markup", "<{% if x %}>", "<\\{% if x %}>"],
    ["nested markup", "<<{%<{%red%}>", "<<\\{%<\\{%red%}>"],
    ["a clear-screen", "\u001b[2Jgone", "\\x1b[2Jgone"],
    ["a title", "\u001b]0;title\u0007", "\\x1b]0;title\\x07"],
    ["a clipboard", "\u001b]52;c;cm0gLXJm\u001b\\", "\\x1b]52;c;cm0gLXJm\\x1b\\"],
    ["a control of the second set", "\u009b2J\u009d0;title\u009c", "\\x9b2J\\x9d0;title\\x9c"],
    ["a bidirectional override", "gnp.\u202etxt", "gnp.\\u202etxt"],
    ["isolates and marks", "\u2066a\u2069\u200f\u061c", "\\u2066a\\u2069\\u200f\\u061c"],
    ["a carriage return", "100 %\rerror: none", "100 %\\rerror: none"],
    ["backspaces", "failed\b\b\b\b\b\bpassed", `failed${"\\x08".repeat(6)}passed`],
    ["a null and a delete", "a\0b\u007f", "a\\x00b\\x7f"],
    ["separators of lines", "a\u2028b\u2029c", "a\\u2028b\\u2029c"],
    ["invisible tags", "a\u{e0041}", "a\\u{e0041}"],
    ["half of a character", "a\ud83d", "a\\ud83d"],
  ])("is shown, and obeyed by nobody: %s", (_, text, shown) => {
    expect(printable(text)).toBe(shown);
    expect(printable(text, { lines: 3 })).toBe(shown);
    expect(new Failure(text).message).toBe(shown);
  });

  it("stays as it is where it is text: tabs, umlauts, Persian, Chinese, emoji", () => {
    const text = "a\tb ä é می‌خواهم 漢字 👩‍👩‍👧 e\u0301 <{ %}> <%= 1 %>";
    expect(printable(text)).toBe(text);
  });

  it("is one line, and can't pose as another message", () => {
    expect(printable("no such image\r\nerror: run this\n\n  now\n")).toBe(
      "no such image error: run this now",
    );
  });

  it("is capped, in length and in lines, and says how much is left out", () => {
    expect(printable("x".repeat(600))).toBe(`${"x".repeat(500)}… (100 more characters)`);
    expect(printable(`${"x".repeat(4)}😀y`, { characters: 5 })).toBe("xxxx… (3 more characters)");
    expect(printable("1\n2\n3\n4", { lines: 2 })).toBe("1\n2\n… (2 more lines)");
    expect(lastLines("1\n2\n3\n4\n", 2)).toBe("(2 lines before)\n3\n4");
    expect(printable("a".repeat(9000), uncut)).toHaveLength(9000);
  });

  it("leaves no letter under a heap of marks", () => {
    expect(printable(`Z${"\u0301".repeat(300)}`).length).toBeLessThan(15);
  });

  it("is harmless whatever it is, and the same when it is made harmless twice", () => {
    const bits = [
      ...[
        "<",
        "{",
        "%",
        "}",
        ">",
        "<{%",
        "%}>",
        "fg 1",
        "reset",
        "\\",
        "\n",
        "\r",
        "\r\n",
        "\t",
        " ",
        "x",
        "…",
      ],
      ...[
        "\u001b[",
        "\u001b]52;c;",
        "\u0007",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\ud83d",
        "\ude00",
        "\u0301",
        "\u200d",
      ],
    ];
    for (let count = 0; count < repetitions(10_000, 300); count += 1) {
      const text = Array.from({ length: randomInt(1, 40) }, () =>
        randomInt(3) > 0 ? bits[randomInt(bits.length)] : String.fromCharCode(randomInt(0x10000)),
      ).join("");
      for (const limits of [{}, message, uncut, { characters: 7, lines: 3 }]) {
        const shown = printable(text, limits);
        const told = JSON.stringify({ text, shown });
        expect([told, /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(shown)]).toEqual([
          told,
          false,
        ]);
        expect([told, shown.includes("<{%")]).toEqual([told, false]);
        const most = limits.lines ?? 1;
        expect(shown.split("\n").length).toBeLessThanOrEqual(most === 1 ? 1 : most + 1);
        if (limits !== uncut && limits.characters === undefined)
          expect(shown.length).toBeLessThanOrEqual(540);
      }
      const once = printable(text, { ...uncut, lines: 100 });
      expect(printable(once, { ...uncut, lines: 100 })).toBe(once);
    }
  }, 600_000);
});
