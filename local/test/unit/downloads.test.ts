import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { zipSync } from "fflate";
import type * as Published from "../../downloads/published";

const elf = Buffer.concat([Buffer.from("\x7fELF", "latin1"), Buffer.alloc(200_000, 7)]);
/** What comes, comes however busy the machine is; what never comes is not waited for. */
const patient = { answer: 30_000, silence: 30_000, whole: 60_000 };
const short = { ...patient, answer: 400, silence: 400 };
const listening = { ...patient, silence: 1_000 };
const limited = { ...patient, whole: 1_500 };
const sumOf = (content: Buffer): string => createHash("sha256").update(content).digest("hex");

/** How a test's server answers, by the end of the path. */
type Answers = Record<string, (response: ServerResponse) => void>;
const send = (content: Buffer | string) => (response: ServerResponse) => void response.end(content);

describe("a published tool", () => {
  let folder: string;
  let published: typeof Published;
  let server: Server;
  let answers: Answers;
  let asked: string[];
  let lines: string[];
  let logins: (string | undefined)[];
  const before = { ...process.env };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "django-nomad-downloads-"));
    process.env.XDG_CACHE_HOME = folder;
    for (const name of ["DJANGO_NOMAD_OFFLINE", "HTTPS_PROXY", "https_proxy"]) {
      Reflect.deleteProperty(process.env, name);
    }
    server = createServer((request, response) => {
      const name = basename(request.url ?? "");
      asked.push(name);
      logins.push(request.headers.authorization);
      (answers[name] ?? ((missing) => void missing.writeHead(404).end()))(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    // Only now: where the cache is, is read once.
    const file = "../../downloads/published";
    published = (await import(file)) as typeof Published;
  });
  beforeEach(() => {
    [answers, asked, lines, logins] = [{}, [], [], []];
    const { port } = server.address() as AddressInfo;
    process.env.DJANGO_NOMAD_NOMAD_RELEASES = `http://127.0.0.1:${port}/nomad/`;
    process.env.DJANGO_NOMAD_PULUMI_RELEASES = `http://127.0.0.1:${port}/pulumi`;
  });
  afterEach(() => rmSync(join(folder, "django-nomad"), { recursive: true, force: true }));
  afterAll(async () => {
    process.env = before;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const processor = process.arch === "x64" ? "amd64" : process.arch;
  const archive = `nomad_9.9.9_linux_${processor}.zip`;
  const sums = "nomad_9.9.9_SHA256SUMS";
  const zip = Buffer.from(zipSync({ nomad: elf, "LICENSE.txt": Buffer.from("BSL") }));
  const good = (): Answers => ({
    [sums]: send(`${"0".repeat(64)}  nomad_9.9.9_windows_amd64.zip\n${sumOf(zip)}  ${archive}\n`),
    [archive]: send(zip),
  });
  const get = (tool = "nomad", times = patient): Promise<string | undefined> =>
    published.download(tool, "v9.9.9", { tell: (line) => lines.push(line), times });
  /** What the cache holds, without what remembers a refusal. */
  const cached = (): string[] => {
    const tools = join(folder, "django-nomad", "tools");
    return existsSync(tools) ? readdirSync(tools).filter((name) => !name.endsWith(".refused")) : [];
  };

  it("is taken when its checksum is the published one, whole and executable", async () => {
    answers = good();
    const path = await get();
    expect(path).toBe(published.publishedPath("nomad", "v9.9.9"));
    expect(readFileSync(path ?? "")).toEqual(elf);
    expect(statSync(path ?? "").mode & 0o111).not.toBe(0);
    expect(lines).toEqual([]);
    expect(cached()).toEqual(["nomad-v9.9.9-published"]);
  });

  it("of Pulumi comes with its language host, where the commands look for it", async () => {
    const files = join(folder, "pulumi");
    mkdirSync(files, { recursive: true });
    for (const name of ["pulumi", "pulumi-language-nodejs"])
      writeFileSync(join(files, name), elf, { mode: 0o755 });
    const tar = execFileSync("tar", ["-czf", "-", "-C", folder, "pulumi"], { maxBuffer: 1e8 });
    const name = `pulumi-v9.9.9-linux-${process.arch}.tar.gz`;
    answers = { "pulumi-9.9.9-checksums.txt": send(`${sumOf(tar)}  ${name}\n`), [name]: send(tar) };
    const path = await get("pulumi");
    expect(path).toBeDefined();
    expect(readdirSync(join(path ?? "", "..")).sort()).toEqual(["pulumi", "pulumi-language-nodejs"]);
  });

  const half = (response: ServerResponse): void => {
    response.writeHead(200, { "content-length": zip.length });
    response.write(zip.subarray(0, 50));
  };
  it.each<[string, () => Answers, RegExp]>([
    ["a server that has no such version", () => ({}), /: 404 Not Found\. /],
    ["a server in trouble", () => ({ [sums]: (response) => void response.writeHead(503).end() }), /: 503 /],
    [
      "a server that takes the question and never answers",
      () => ({ [sums]: () => undefined }),
      /no answer within 0\.4 s/,
    ],
    [
      "an archive that never begins",
      () => ({ ...good(), [archive]: () => undefined }),
      /no answer within 0\.4 s/,
    ],
    [
      "a connection that is reset in the middle",
      () => ({
        ...good(),
        [archive]: (response) => {
          half(response);
          setTimeout(() => response.socket?.resetAndDestroy(), 50);
        },
      }),
      /ECONNRESET|SOCKET/,
    ],
    [
      "a server that falls silent in the middle",
      () => ({ ...good(), [archive]: half }),
      /nothing more came for 1 s/,
    ],
    [
      "an archive that trickles",
      () => ({
        ...good(),
        [archive]: (response) => {
          half(response);
          const drop = setInterval(() => response.write("x"), 100);
          response.once("close", () => clearInterval(drop));
        },
      }),
      /not complete after 1\.5 s/,
    ],
    [
      "an archive that is cut short",
      () => ({ ...good(), [archive]: send(zip.subarray(0, -20)) }),
      /wrong checksum \(SHA-256 [0-9a-f]{64}, published [0-9a-f]{64}\)/,
    ],
    [
      "an archive with another content",
      () => ({ ...good(), [archive]: send(Buffer.from(zip).fill(1, 100, 101)) }),
      /wrong checksum/,
    ],
    [
      "checksums that don't list the archive",
      () => ({ ...good(), [sums]: send("<html>sign in</html>") }),
      /its checksums don't list nomad_9\.9\.9/,
    ],
    [
      "an archive without the tool",
      () => {
        const other = Buffer.from(zipSync({ readme: elf }));
        return { [sums]: send(`${sumOf(other)}  ${archive}`), [archive]: send(other) };
      },
      /the archive holds no nomad/,
    ],
    [
      "an archive that is none",
      () => {
        const other = Buffer.from("no zip");
        return { [sums]: send(`${sumOf(other)}  ${archive}`), [archive]: send(other) };
      },
      /invalid zip/,
    ],
  ])("is built instead after one line: %s", async (_what, given, why) => {
    answers = given();
    const times = why.source.startsWith("no answer")
      ? short
      : why.source.startsWith("nothing")
        ? listening
        : why.source.startsWith("not complete")
          ? limited
          : patient;
    expect(await get("nomad", times)).toBeUndefined();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^nomad v9\.9\.9 can't be downloaded from 127\.0\.0\.1:\d+: /);
    expect(lines[0]).toMatch(why);
    expect(cached()).toEqual([]);
  });

  it("is built instead where nobody listens; the server is asked again after some hours, another one at once", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    process.env.DJANGO_NOMAD_NOMAD_RELEASES = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`;
    await new Promise((resolve) => closed.close(resolve));
    const begin = Date.now();
    expect(await get()).toBeUndefined();
    expect(Date.now() - begin).toBeLessThan(10_000);
    expect(lines).toEqual([expect.stringMatching(/ECONNREFUSED.*Not asked again for 6 hours/)]);
    expect(await get()).toBeUndefined();
    expect(lines).toHaveLength(1);

    const refused = join(folder, "django-nomad", "tools", "nomad-v9.9.9-published.refused");
    const longAgo = Date.now() / 1000 - 7 * 3600;
    utimesSync(refused, longAgo, longAgo);
    expect(await get()).toBeUndefined();
    expect(lines).toHaveLength(2);

    const { port } = server.address() as AddressInfo;
    process.env.DJANGO_NOMAD_NOMAD_RELEASES = `http://127.0.0.1:${port}/nomad`;
    answers = good();
    expect(await get()).toBeDefined();
    expect(existsSync(refused)).toBe(false);
  });

  const refusals = (): string[] => {
    const tools = join(folder, "django-nomad", "tools");
    return existsSync(tools) ? readdirSync(tools).filter((name) => name.endsWith(".refused")) : [];
  };

  it("comes from a mirror with a user and a password, which are written nowhere", async () => {
    const { port } = server.address() as AddressInfo;
    process.env.DJANGO_NOMAD_NOMAD_RELEASES = `http://ann:100%25%20sure@127.0.0.1:${port}/nomad`;
    answers = { [sums]: (response) => void response.writeHead(401).end() };
    expect(await get()).toBeUndefined();
    expect(lines).toEqual([`nomad v9.9.9 can't be downloaded from 127.0.0.1:${port}: 401 Unauthorized`]);
    expect(refusals()).toEqual([]);

    answers = good();
    expect(await get()).toBeDefined();
    const login = `Basic ${Buffer.from("ann:100% sure").toString("base64")}`;
    expect(logins).toEqual([login, login, login]);
  });

  it.each([
    "releases.corp.example/nomad",
    "ann:hunter2@releases.corp.example/nomad",
    "ftp://a/b",
    "https://",
  ])("has the variable of its mirror named that is no address: %s", async (address) => {
    process.env.DJANGO_NOMAD_NOMAD_RELEASES = address;
    const problem =
      /^DJANGO_NOMAD_NOMAD_RELEASES is "(?!.*hunter2).*" and must be an address that begins with https:\/\/ or http:\/\/, such as https:\/\/releases\.hashicorp\.com\/nomad$/;
    await expect(get()).rejects.toThrow(problem);
    await expect(published.canDownload("nomad", "v9.9.9", 400)).rejects.toThrow(problem);
    expect(asked).toEqual([]);
  });

  it("that does not fit on the disk says so, and not that its server has failed", async () => {
    const partial = join(folder, "django-nomad", "tools", `nomad-v9.9.9-published.${process.pid}`);
    answers = {
      ...good(),
      [archive]: (response) => {
        symlinkSync("/dev/full", join(partial, "archive"));
        response.end(zip);
      },
    };
    await expect(get()).rejects.toThrow(
      /^nomad v9\.9\.9 can't be written to \S+nomad-v9\.9\.9-published: the disk is full\. Free some space there, or name another folder with XDG_CACHE_HOME, and run the command again$/,
    );
    expect([lines, refusals(), cached()]).toEqual([[], [], []]);
  });

  it("that has no place says which folder it can't make", async () => {
    mkdirSync(join(folder, "django-nomad"));
    writeFileSync(join(folder, "django-nomad", "tools"), "");
    await expect(get()).rejects.toThrow(
      /^nomad v9\.9\.9 can't be written to \S+: ENOTDIR: .*\. Make it writable, or name another folder with XDG_CACHE_HOME/,
    );
  });

  it("is asked for again once Node uses the proxy that the shell names", async () => {
    process.env.HTTPS_PROXY = "http://proxy.corp.example:3128";
    try {
      expect(await get()).toBeUndefined();
    } finally {
      delete process.env.HTTPS_PROXY;
    }
    expect(lines).toEqual([
      expect.stringMatching(/404 Not Found\. HTTPS_PROXY is set, and Node does not use it: /),
    ]);
    answers = good();
    expect(await get()).toBeDefined();
  });

  it("is asked for by nobody with DJANGO_NOMAD_OFFLINE=1, and where nobody publishes it", async () => {
    answers = good();
    process.env.DJANGO_NOMAD_OFFLINE = "1";
    expect(await get()).toBeUndefined();
    expect(await published.canDownload("nomad", "v9.9.9", 400)).toBe(false);
    delete process.env.DJANGO_NOMAD_OFFLINE;
    expect(await get("actionlint")).toBeUndefined();
    expect([asked, lines]).toEqual([[], []]);
  });

  it("counts as missing before a start unless its server answers in time", async () => {
    answers = good();
    expect(await published.canDownload("nomad", "v9.9.9", 30_000)).toBe(true);
    answers = { [sums]: () => undefined };
    const begin = Date.now();
    expect(await published.canDownload("nomad", "v9.9.9", 400)).toBe(false);
    expect(Date.now() - begin).toBeLessThan(10_000);
    expect(await published.canDownload("nomad", "v8.8.8", 30_000)).toBe(false);
    expect(cached()).toEqual([]);
  });
});
