import { randomBytes, randomInt } from "node:crypto";
import { describe, expect, it, jest } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { DjangoApp } from "../../../components";
import { maskOf } from "../../../components/rollout/mask";
import { imageNames, openSecretWarnings } from "../../../components/secrets/openSecrets";
import { runProgram } from "../../support/engine";
import { repetitions } from "../../support/soak";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("no secret is shown", () => {
  it("wherever it stands in a log", () => {
    const mask = maskOf(["correct horse", "staplebattery"]);
    expect(mask("user:correct horse@db, again correct horse")).toBe("user:[secret]@db, again [secret]");
    expect(mask("staplebatteryfull")).toBe("[secret]full");
  });

  it("nor the rest of one that begins with another one", () => {
    expect(maskOf(["horse-race", "horse-race-battery"])("horse-race-battery horse-race")).toBe(
      "[secret] [secret]",
    );
  });

  it("and each is taken literally, not as a pattern", () => {
    expect(maskOf(["a.c$&def"])("abc$&def a.c$&def")).toBe("abc$&def [secret]");
  });

  const secret = `p@ss w/rd"'<&>\\ä€😀`;
  it.each([
    ["itself", secret],
    ["JSON", JSON.stringify(secret).slice(1, -1)],
    ["JSON within JSON", JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ["JSON of ASCII alone", String.raw`p@ss w/rd\"'<&>\\\u00e4\u20ac\ud83d\ude00`],
    [
      "JSON with every sign that HTML knows",
      String.raw`p@ss w\/rd\"\u0027\u003C\u0026\u003E\\\u00E4\u20AC\uD83D\uDE00`,
    ],
    ["Python", String.raw`p@ss w/rd"\'<&>\\ä€😀`],
    ["Python's ascii()", String.raw`p@ss w/rd"\'<&>\\\xe4\u20ac\U0001f600`],
    ["Python's bytes", String.raw`p@ss w/rd"\'<&>\\\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80`],
    ["a shell within single quotes", secret.replaceAll("'", String.raw`'\''`)],
    ["Python's shlex.quote()", secret.replaceAll("'", `'"'"'`)],
    ["SQL", secret.replaceAll("'", "''")],
    ["a URL", encodeURIComponent(secret)],
    ["a URL, small", encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
    ["a URL in a URL", encodeURIComponent(encodeURIComponent(secret))],
    ["a form", new URLSearchParams({ q: secret }).toString().slice(2)],
    ["HTML as Django writes it", "p@ss w/rd&quot;&#x27;&lt;&amp;&gt;\\ä€😀"],
    ["HTML in numbers", [...secret].map((sign) => `&#${sign.codePointAt(0)};`).join("")],
    ["HTML, twice", "p@ss w/rd&amp;quot;&amp;#39;&amp;lt;&amp;amp;&amp;gt;\\ä€😀"],
    ["hexadecimal", Buffer.from(secret).toString("hex")],
    ["hexadecimal, large", Buffer.from(secret).toString("hex").toUpperCase()],
    ["hexadecimal with colons", (Buffer.from(secret).toString("hex").match(/../g) ?? []).join(":")],
    ["a list of bytes", [...Buffer.from(secret)].map((byte) => byte.toString(16)).join(", 0x")],
    ["base64 in short lines", base64(secret).replace(/.{8}(?!$)/g, "$&\n")],
    ["base64 in short lines, in JSON", base64(secret).replace(/.{8}(?!$)/g, String.raw`$&\n`)],
    ["base64", base64(secret)],
    ["base64 for URLs", Buffer.from(secret).toString("base64url")],
  ])("as %s", (_, spelled) => {
    expect(maskOf([secret])(`said: ${spelled} .`)).toMatch(/^said: ['"]?\[secret\]["']? \.$/);
  });

  it.each(["", "u", "us", "user:", "shop_user:", "a longer user:"])("in Basic auth behind %p", (user) => {
    for (const more of ["", "x", "xy", "xyz"]) {
      const header = base64(`${user}correct-horse-7${more}`);
      expect(maskOf(["correct-horse-7"])(`Authorization: Basic ${header}\n`)).toBe(
        "Authorization: Basic [secret]\n",
      );
    }
  });

  it("as lines of a key, and as the password in a URL that is secret as a whole", () => {
    const key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nMIIEvQIBADANBh==\n-----END KEY-----";
    const mask = maskOf([key, "postgres://shop:h%C3%B6rse-7-race@db/shop"]);
    expect(mask("said: MIIEvQIBADANBg.")).toBe("said: [secret].");
    expect(mask(JSON.stringify({ key }))).toBe('{"key":"[secret]"}');
    expect(mask("password hörse-7-race, h%C3%B6rse-7-race")).toBe("password [secret], [secret]");
  });

  it("as programs read it that ignore spaces and lines around it", () => {
    expect(maskOf(["horse7\n"])("login with horse7 failed")).toBe("login with [secret] failed");
    expect(maskOf([" horse-race-7 "])("login with horse-race-7 failed")).toBe("login with [secret] failed");
  });

  it.each([
    "redis://:horse-race-7@h1:6379,redis://:horse-race-8@h2:6379",
    "host=db user=shop password=horse-race-7",
    `host=db password='horse-race-7' user=shop`,
    '{"user": "shop", "password": "horse-race-7"}',
    "postgres://db/shop?user=shop&password=horse-race-7&sslmode=require",
    "Server=db;Pwd=horse-race-7;",
  ])("as the password alone, where the secret is %s", (secret) => {
    expect(maskOf([secret])("wrong: horse-race-7")).toBe("wrong: [secret]");
    if (secret.includes("race-8")) expect(maskOf([secret])("wrong: horse-race-8")).toBe("wrong: [secret]");
  });

  const unencoded = "postgres://notes:p@ss:w/or?d#100%@127.0.0.1:5432/notes";

  it.each([
    "ValueError: Port could not be cast to integer value as 'w'",
    "migrate: Django can't start: ValueError: invalid literal for int() with base 10: 'w'. Don't wait.",
    `could not translate host name "ss" to address`,
    "KeyError: 'p@ss:w'",
    'django.db.utils.OperationalError: FATAL: database "or?d#100%@127.0.0.1:5432/notes" does not exist',
  ])("nor a piece of a URL that nobody can read, as in %s", (line) => {
    const said = maskOf([unencoded])(line);
    expect(said).toContain("[secret]");
    for (const piece of ["'w'", 'ss"', "p@ss", "100%"]) expect(said).not.toContain(piece);
  });

  it("nor what Python quotes of a URL that is no secret here", () => {
    expect(maskOf([])("ValueError: Port could not be cast to integer value as 'w'")).toBe(
      "ValueError: Port could not be cast to integer value as [secret]",
    );
  });

  it("whatever its letters and its spelling are", () => {
    const signs = `abz019 !"#$%&'()*+,-./:;<=>?@[]^_\`{|}~\\äß€漢😀`;
    const points = [...signs];
    for (let count = 0; count < repetitions(10_000, 300); count += 1) {
      const value = `Q${Array.from({ length: randomInt(8, 30) }, () => points[randomInt(points.length)]).join("")}Q`;
      const mask = maskOf([value]);
      const spellings = [
        ...[value, JSON.stringify(value), encodeURIComponent(value), Buffer.from(value).toString("hex")],
        base64(`${randomBytes(randomInt(9)).toString("hex")}:${value}`),
        new URLSearchParams({ q: value }).toString(),
        value.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`),
      ];
      for (const spelled of spellings) {
        const said = mask(`<< ${spelled} >>`);
        expect([value, spelled, said.includes("[secret]")]).toEqual([value, spelled, true]);
        expect(said.length).toBeLessThan(20);
      }
    }
  }, 600_000);

  it("and a megabyte of log, with hostile rows of signs, is masked in a moment", () => {
    const secrets = Array.from({ length: 10 }, () => randomBytes(24).toString("base64"));
    const mask = maskOf([...secrets, "\\\\\\\\\\\\secret\\\\\\\\", "%%%%%%%%", "&&&&&&&&#", "        x"]);
    const rows = ["\\", "%", "%25", "&amp;", "&", " ", "a", "QUJD", "\\u00", "://x:"].map((row) =>
      row.repeat(10_000),
    );
    const begun = performance.now();
    mask(rows.join("\n"));
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});

describe("a secret that no mask can hide", () => {
  const warnings = async (stack: string): Promise<string[]> => {
    const warned: string[] = [];
    const args = {
      ...{ djangoImage: "registry.example.com/team/storefront:1.4", jobName: "shop", count: 1 },
      envVars: { POSTGRES_USER: "shop_owner" },
      secretEnvVars: {
        ...{
          POSTGRES_PASSWORD: "postgres",
          API_TOKEN: "storefront",
          JOB_TOKEN: "shop",
          ROLE_TOKEN: "shop_owner",
        },
        SECRET_KEY: "correct horse battery staple",
      },
    };
    const spy = jest.spyOn(pulumi.log, "warn").mockImplementation((line) => {
      warned.push(line);
      return Promise.resolve();
    });
    try {
      await runProgram(() => new DjangoApp("web", args), { stack });
    } finally {
      spy.mockRestore();
    }
    return warned.filter((line) => line.startsWith("secretEnvVars"));
  };

  it("is told by its key, with what to do, and without its value", async () => {
    const warned = await warnings("prod");
    expect(warned.map((line) => line.split(":")[0]).sort()).toEqual(
      ["API_TOKEN", "JOB_TOKEN", "POSTGRES_PASSWORD", "ROLE_TOKEN"].map((name) => `secretEnvVars.${name}`),
    );
    expect(warned.join()).not.toMatch(/: .*(postgres|storefront|shop|correct)/);
    expect(warned.join()).toContain("Set another value, of at least 20 random letters and digits");
  });

  it("is no news in the dev stack, whose password is in every clone", async () => {
    expect(await warnings("dev")).toEqual([]);
  });
});

describe("words that are no secret stay", () => {
  it("where a value of a few letters would tear them apart", () => {
    expect(maskOf(["off", "", "1"])("1 offline")).toBe("1 offline");
    expect(maskOf(["rake"])("brake rakes rake, my_rake RAKE")).toBe("brake rakes [secret], my_[secret] RAKE");
    expect(maskOf(["b@ke"])("user%3Ab%40ke b@ker")).toBe("user%3A[secret] b@ker");
  });

  it.each(["password", "postgres", "Postgres", "secret", "django"])(
    "where a secret is the common word %s, which is hidden only where it is given as one",
    (word) => {
      const mask = maskOf([word]);
      const line = `FATAL: password authentication failed for user "postgres" of django, a secret, Postgres`;
      expect(mask(line)).toBe(line);
      expect(mask(`postgres://postgres:${word}@postgres/x`)).toBe("postgres://postgres:[secret]@postgres/x");
      expect(mask(`{"POSTGRES_PASSWORD": "${word}"}`)).toBe('{"POSTGRES_PASSWORD": "[secret]"}');
      expect(mask(`DB_PASSWORD=${word} ok`)).toBe("DB_PASSWORD=[secret] ok");
      expect(mask(`Basic ${base64(`shop:${word}`)}`)).toBe("Basic [secret]");
    },
  );

  it.each([
    "postgres://notes:p%40ss%3Aw@db.internal:5432/notes",
    "redis://:horse-race-7@h1:6379,redis://:horse-race-8@h2:6379",
    "postgresql://notes:horse-race-7@[::1]:5432/notes?sslmode=require",
    "https://example.com/@user",
  ])("where %s can be read, its user, host and name are told", (secret) => {
    const line = `connection to server at "db.internal", port 5432 failed for user "notes" on 'h1', open(x, 'w')`;
    expect(maskOf([secret])(line)).toBe(line);
  });

  it("where a secret is the name of the job, its image, its user or its database", () => {
    const names = [
      "shop-job",
      ...imageNames("registry.example.com/team/storefront:1.4"),
      "shop_owner",
      "shop_rows",
    ];
    const line = "job shop-job runs storefront as shop_owner on shop_rows from registry.example.com";
    expect(maskOf(["shop-job", "storefront", "shop_owner", "shop_rows"], names)(line)).toBe(line);
  });

  it("and the key of such a secret is told, never its value", () => {
    const secrets = [
      { key: "secretEnvVars.POSTGRES_PASSWORD", value: "postgres" },
      { key: "secretEnvVars.API_TOKEN", value: "Storefront" },
      { key: "secretEnvVars.SECRET_KEY", value: "correct horse battery" },
      { key: "secretEnvVars.DEBUG", value: "true" },
      { key: "secretEnvVars.WORKERS", value: "4" },
      { key: "secretEnvVars.POSTGRES_USER", value: "storefront" },
    ];
    const warnings = openSecretWarnings(secrets, imageNames("team/storefront:1.4"));
    expect(warnings.map((warning) => warning.split(":")[0])).toEqual([
      "secretEnvVars.POSTGRES_PASSWORD",
      "secretEnvVars.API_TOKEN",
    ]);
    expect(warnings.join()).not.toMatch(/: .*(postgres|storefront)/i);
  });
});
