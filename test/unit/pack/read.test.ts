import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { readVariableFiles, readVariables } from "../../../commands/pack/read";
import { onTestFinished } from "../../support/onTestFinished";

const read = (content: string): Promise<unknown> => readVariables(content, "shop.variables.hcl");

function files(...contents: string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "django-nomad-pack-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return contents.map((content, index) => {
    const file = join(folder, `${index}.hcl`);
    writeFileSync(file, content);
    return file;
  });
}

describe("a variable file is read as nomad-pack reads it", () => {
  it.each<[what: string, content: string, expected: unknown]>([
    ["an empty file", "", {}],
    ["comments alone", "# one\n// two\n/* three\n count = 1 */\n", {}],
    ["texts, numbers, booleans", 'a = "x"\nb = 2\nc = true\n', { a: "x", b: 2, c: true }],
    [
      "a numeric text, which stays a text",
      'env_vars = { PORT = "5432", ID = "007" }',
      { env_vars: { PORT: "5432", ID: "007" } },
    ],
    ["null", "count = null", { count: null }],
    [
      "lists with a trailing comma",
      'datacenters = [\n  "ams1",\n  "fra*", # east\n]',
      { datacenters: ["ams1", "fra*"] },
    ],
    ["quoted and unquoted keys, = and :", 'm = { a = 1, "b-c" = 2, d : 3 }', { m: { a: 1, "b-c": 2, d: 3 } }],
    ["keys on lines of their own, without commas", "m = {\n  a = 1\n  b = 2\n}", { m: { a: 1, b: 2 } }],
    [
      "objects in lists in objects",
      'h = { up = [{ name = "pg", port = 1 }] }',
      { h: { up: [{ name: "pg", port: 1 }] } },
    ],
    ["escapes", String.raw`a = "say \"hi\"\n\ttab \\ \u2615"`, { a: 'say "hi"\n\ttab \\ ☕' }],
    ["an escaped ${", 'a = "$${HOME}/x"', { a: "${HOME}/x" }],
    ["an escaped %{", 'a = "%%{if}"', { a: "%{if}" }],
    ["dollars and per cents that mean nothing", 'a = "p@$$w0rd 100% $x"', { a: "p@$$w0rd 100% $x" }],
    ["a heredoc", 'a = <<EOT\nfirst "line"\n  second $${X}\nEOT\n', { a: 'first "line"\n  second ${X}\n' }],
    ["an indented heredoc", "a = <<-EOT\n    one\n      two\n    EOT\n", { a: "one\n  two\n" }],
    ["a heredoc that ends the file", "a = <<EOT\nlast\nEOT", { a: "last\n" }],
    [
      "a heredoc that looks like variables",
      "a = <<EOT\ncount = 3\ndjango.port = 1\nEOT\n",
      { a: "count = 3\ndjango.port = 1\n" },
    ],
    [
      "names qualified with the pack's",
      'django.count = 2\ndjango.region = "eu"\n',
      { count: 2, region: "eu" },
    ],
    ["quoted names", '"count" = 2\n', { count: 2 }],
    ["a comma after each variable", "count = 2,\nport = 9000,\n", { count: 2, port: 9000 }],
    ["Windows line ends", "count = 2\r\nport = 3\r\n", { count: 2, port: 3 }],
    [
      "a URL with everything in it",
      'u = "postgres://u:p%40ss@db/x?sslmode=require&a=1#f"',
      { u: "postgres://u:p%40ss@db/x?sslmode=require&a=1#f" },
    ],
  ])("%s", async (_what, content, expected) => {
    expect(await read(content)).toEqual(expected);
  });

  it("a .json file", async () => {
    const content = '{"count": 2, "env_vars": {"HOME": "${HOME}"}}';
    expect(await readVariables(content, "shop.json")).toEqual({ count: 2, env_vars: { HOME: "${HOME}" } });
  });

  it("of several files the last one's value holds, whole variable by whole variable", async () => {
    const all = files(
      'count = 1\nenv_vars = { A = "1", B = "2" }',
      "count = 2\nport = 1",
      'env_vars = { C = "3" }\nport = null',
    );
    expect(await readVariableFiles(all)).toEqual({ count: 2, port: null, env_vars: { C: "3" } });
  });
});

describe("what can't be read is refused with its place", () => {
  it.each<[what: string, content: string, message: string]>([
    [
      "a variable that is set twice",
      "count = 1\ncount = 2\n",
      "shop.variables.hcl:2,1-6: Attribute redefined",
    ],
    [
      "a variable that is set twice, once qualified",
      "django.count = 1\ncount = 2\n",
      "count is set twice: keep one of them",
    ],
    [
      "another pack's variable",
      "redis.count = 1\n",
      "redis.count belongs to another pack than django: take it out",
    ],
    [
      "a bare word",
      "env_vars = { DEBUG = off }\n",
      "env_vars.DEBUG is an expression (off): write its value, strings in quotes",
    ],
    ["a function", 'a = upper("secret")\n', "a is an expression: write its value, strings in quotes"],
    ["an interpolation", 'a = [{ b = "x-${var.y}" }]\n', "a[0].b is an expression: write its value"],
    ["a directive", 'a = "%{ if true }x%{ endif }"\n', "a is an expression: write its value"],
    ["a computed name", "m = { (x) = 1 }\n", "is an expression"],
    [
      "a number that would be rounded",
      "a = 12345678901234567890\n",
      "a is a number of more than 15 digits, which would be rounded: write it in quotes",
    ],
    [
      "the pack's own variables.hcl",
      'variable "count" { default = 1 }\n',
      "variable blocks are declarations",
    ],
    ["a missing value", "count =\nport = 1\n", "shop.variables.hcl:1,8-2,1: Invalid expression"],
    ["an open bracket", "a = [1, 2\nport = 1", "shop.variables.hcl:"],
    [
      "an error among qualified names, at its own line",
      "django.count = 2\nport = \n",
      "shop.variables.hcl:2,8-3,1: Invalid expression",
    ],
  ])("%s", async (_what, content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });

  it("a file that is not there", async () => {
    await expect(readVariableFiles(["/nowhere/shop.hcl"])).rejects.toThrow(
      "/nowhere/shop.hcl can't be read: ENOENT",
    );
  });

  it("JSON that is none, or no object", async () => {
    await expect(readVariables("{", "a.json")).rejects.toThrow("a.json is not JSON");
    await expect(readVariables("[1]", "a.json")).rejects.toThrow("a.json holds no variables");
  });

  it("no message shows a value", async () => {
    for (const value of ['"hunter2-${x}"', "hunter2", "hunter2(1)", "[hunter2]"]) {
      await expect(read(`PASSWORD = ${value}`)).rejects.toThrow(/^((?!hunter2).)*$/s);
    }
  });
});
