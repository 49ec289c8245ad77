import { describe, expect, it } from "@jest/globals";
import { shortenTracebacks } from "../../../components/rollout/traceback";

const site = "/opt/venv/lib/python3.11/site-packages";
const call = (file: string, source = "call()", name = "run"): string[] => [
  `  File "${file}", line 22, in ${name}`,
  `    ${source}`,
];
const begin = "Traceback (most recent call last):";
const cause = "The above exception was the direct cause of the following exception:";
const during = "During handling of the above exception, another exception occurred:";
const manage = call("/app/./manage.py", "execute_from_command_line(sys.argv)", "<module>");
const migration = call("/app/visits/migrations/0002_slugs.py", 'raise ValueError("twice")', "forwards");
const executor = [
  ...call(`${site}/django/core/management/base.py`, "output = self.handle(*args)"),
  "             ^^^^^^^^^^^^^^^^^^",
  ...call(`${site}/django/db/migrations/executor.py`),
];

describe("a traceback in a report", () => {
  it("keeps its first line, the project's own frames and the error", () => {
    expect(shortenTracebacks([begin, ...manage, ...executor, ...migration, "ValueError: twice"])).toEqual([
      begin,
      ...manage,
      "  ... 2 frames of django left out",
      ...migration,
      "ValueError: twice",
    ]);
  });

  it.each([
    ["Debian's packages", "/usr/lib/python3/dist-packages/yaml/parser.py", "yaml"],
    ["a package of one file", `${site}/six.py`, "six"],
    ["a user's packages", "/home/app/.local/lib/python3.13t/site-packages/celery/app/base.py", "celery"],
    ["packages of a virtual environment elsewhere", "/mnt/venv/Lib/site-packages/x/y.py", "x"],
    ["Python's own", "/usr/local/lib/python3.12/importlib/__init__.py", "Python"],
    ["Python's own, on other machines", "/usr/lib64/python3.9/json/decoder.py", "Python"],
    ["Python's own, zipped", "/opt/python/lib/python311.zip/runpy.py", "Python"],
    ["frozen modules, which have no source", "<frozen importlib._bootstrap>", "Python"],
    ["programs without a file", "<string>", "Python"],
  ])("leaves out %s", (_what, file, owner) => {
    const [line, source] = call(file);
    const frame = file.startsWith("<") ? [line] : [line, source];
    expect(shortenTracebacks([begin, ...migration, ...frame, "ValueError: twice"])).toEqual([
      begin,
      ...migration,
      `  ... 1 frame of ${owner} left out`,
      "ValueError: twice",
    ]);
  });

  it.each([
    "/app/shop/models.py",
    "./shop/models.py",
    "/srv/lib/shop/python/models.py",
    "/src/django-shop/a.py",
  ])("keeps the project's file %s", (file) => {
    const own = [begin, ...call(file), "ValueError: twice"];
    expect(shortenTracebacks(own)).toEqual(own);
  });

  it("names all whose frames are left out, in one line", () => {
    const frames = [...executor, ...call(`${site}/psycopg/cursor.py`), ...call("<frozen runpy>")];
    expect(shortenTracebacks([begin, ...migration, ...frames, "E: no"])[3]).toBe(
      "  ... 4 frames of django, psycopg and Python left out",
    );
  });

  it("keeps the last frame where none is the project's: it says most", () => {
    const last = [
      ...call(`${site}/django/db/backends/utils.py`, "return self.cursor.execute(sql)"),
      "    ^^^^",
    ];
    expect(shortenTracebacks([begin, ...manage, ...executor, ...last, "ProgrammingError: no"])).toEqual([
      begin,
      ...manage,
      "  ... 2 frames of django left out",
      ...last,
      "ProgrammingError: no",
    ]);
  });

  it.each([cause, during])("keeps its causes: %s", (link) => {
    const lines = [
      begin,
      ...executor,
      "UniqueViolation: twice",
      link,
      begin,
      ...migration,
      ...executor,
      "E: no",
    ];
    expect(shortenTracebacks(lines)).toEqual([
      begin,
      "  ... 2 frames of django left out",
      "UniqueViolation: twice",
      link,
      begin,
      ...migration,
      "  ... 2 frames of django left out",
      "E: no",
    ]);
  });

  it("has another error after it told for itself", () => {
    const lines = [begin, ...migration, "ValueError: twice", begin, ...executor, "E: no"];
    expect(shortenTracebacks(lines).slice(-4)).toEqual([
      "  ... 1 frame of django left out",
      ...executor.slice(-2),
      "E: no",
    ]);
  });

  it("counts calls that Python itself left out", () => {
    const again = "  [Previous line repeated 977 more times]";
    const deep = [...call(`${site}/django/db/models/query.py`), again];
    expect(shortenTracebacks([begin, ...migration, ...deep, "RecursionError: deep"])[3]).toBe(
      "  ... 978 frames of django left out",
    );
    const own = [begin, ...migration, again, "RecursionError: deep"];
    expect(shortenTracebacks(own)).toEqual(own);
  });

  it("takes a frame's source and marks with it, of several lines, too", () => {
    const frame = [
      `  File "${site}/django/db/models/query.py", line 7, in filter`,
      "    return self._filter(",
      "           ~~~~~~~~~~~~^",
      "        *args,",
      "    ...<2 lines>...",
      "    )",
      "    ^",
    ];
    expect(shortenTracebacks([begin, ...migration, ...frame, "E: no"])).toEqual([
      begin,
      ...migration,
      "  ... 1 frame of django left out",
      "E: no",
    ]);
  });

  it("keeps where a file can't be parsed, whoever's it is", () => {
    const wrong = [
      `  File "${site}/shop/settings.py", line 3`,
      "    x = = 1",
      "        ^",
      "SyntaxError: invalid syntax",
    ];
    expect(shortenTracebacks([begin, ...manage, ...executor, ...wrong]).slice(-4)).toEqual(wrong);
  });

  it("of a group of errors is shortened within its bars", () => {
    const inGroup = (bars: string, lines: string[]): string[] => lines.map((line) => `${bars}${line}`);
    const lines = [
      "  + Exception Group Traceback (most recent call last):",
      ...inGroup("  | ", [...migration, ...executor, "ExceptionGroup: jobs (2 sub-exceptions)"]),
      "  +-+---------------- 1 ----------------",
      ...inGroup("    | ", [begin, ...migration, ...executor, "ValueError: bad slug"]),
      "    +------------------------------------",
    ];
    expect(shortenTracebacks(lines)).toEqual([
      lines[0],
      ...inGroup("  | ", [
        ...migration,
        "  ... 2 frames of django left out",
        "ExceptionGroup: jobs (2 sub-exceptions)",
      ]),
      "  +-+---------------- 1 ----------------",
      ...inGroup("    | ", [
        begin,
        ...migration,
        "  ... 2 frames of django left out",
        "ValueError: bad slug",
      ]),
      "    +------------------------------------",
    ]);
  });

  it("may be interrupted by other lines, which stay", () => {
    const lines = [
      begin,
      ...executor.slice(0, 3),
      "[INFO] Booting worker",
      ...executor.slice(3),
      ...migration,
      "E: no",
    ];
    expect(shortenTracebacks(lines)).toEqual([
      begin,
      "  ... 1 frame of django left out",
      "[INFO] Booting worker",
      "  ... 1 frame of django left out",
      ...migration,
      "E: no",
    ]);
  });

  it.each([1, 2, 3])("may lack its beginning: cut after %i lines of it", (cut) => {
    const lines = [begin, ...executor, ...migration, "ValueError: twice"].slice(cut);
    expect(shortenTracebacks(lines).slice(-3)).toEqual([...migration, "ValueError: twice"]);
    expect(shortenTracebacks(lines)[0]).toMatch(/^ {2}\.\.\. [12] frames? of django left out$/);
  });

  it("does not touch a log without one, indented lines included", () => {
    const log = ["    indented", "error:", "    more of it", 'File "x", line 3', "last"];
    expect(shortenTracebacks(log)).toEqual(log);
    expect(shortenTracebacks([])).toEqual([]);
  });
});
