import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { djangoAppProblems } from "../../components";
import { certificatesIn } from "../../components/arguments/certificates";
import { caFile } from "../../components/database/databaseEnvironment";
import { fileTemplates } from "../../components/jobspec/tasks";
import { makeCertificates } from "../support/certificates";

describe("the file of a server's authority", () => {
  let folder: string;
  let pem: string;
  let other: string;
  let key: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "django-nomad-certificates-"));
    const made = makeCertificates(folder, ["IP:127.0.0.1"]);
    [pem, other, key] = [made.authority, made.certificate, made.key].map((file) =>
      readFileSync(file, "utf8"),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("reaches the tasks byte for byte when it holds certificates alone", () => {
    for (const text of [pem, `${pem}\n${other}`, pem.replaceAll("\n", "\r\n")])
      expect(certificatesIn(text)).toEqual({ pem: text });
  });

  it("loses what stands beside its certificates, which Nomad would run", () => {
    const attack = '{{ with nomadVar "nomad/jobs/other" }}{{ .PASSWORD }}{{ end }}';
    const file = join(folder, "bundle.pem");
    writeFileSync(file, `Subject: ${attack}\n${pem}# ${attack}\n${other}`);
    expect(caFile(file).content).toBe(`${pem.trim()}\n${other.trim()}\n`);
  });

  it.each<[string, () => string, string]>([
    ["a template", () => '{{ env "PATH" }}', "holds no certificate in PEM"],
    [
      "a template where a certificate should be",
      () => pem.replace(/\n.*?\n/, '\n{{ env "PATH" }}\n'),
      "holds a block that is cut short",
    ],
    ["nothing", () => "", "holds no certificate in PEM"],
    ["a private key", () => `${pem}${key}`, "holds a private key: remove it"],
    [
      "a request for a certificate",
      () => readFileSync(join(folder, "server.csr"), "utf8"),
      "holds a CERTIFICATE REQUEST",
    ],
    ["half a certificate", () => pem.slice(0, 200), "holds a block that is cut short"],
    [
      "letters that are no certificate",
      () => pem.replace(/\n[^-]+\n-/s, "\nAAAA\n-"),
      "holds a certificate that can't be read (number 1)",
    ],
  ])("that holds %s is refused in the preview", (_what, content, fault) => {
    const file = join(folder, "wrong.pem");
    writeFileSync(file, content());
    const database = { host: "db.example.com", name: "shop", sslRootCert: file };
    const [{ key: named, message }, ...more] = djangoAppProblems({
      djangoImage: "shop:1",
      jobName: "shop",
      database,
    });
    expect(more).toEqual([]);
    expect(named).toBe("database.sslRootCert");
    expect(message).toContain(`is "${file}", which ${fault}`);
    expect(() => caFile(file)).toThrow(fault);
  });
});

describe("a file for a task", () => {
  it("is none of Nomad's templates, whatever it holds", () => {
    const [plain] = fileTemplates([{ path: "local/a", content: "a }} b" }]);
    expect(plain).toEqual({ EmbeddedTmpl: "a }} b", DestPath: "local/a", ChangeMode: "noop" });
    const known = fileTemplates([{ path: "local/a", content: "{{" }])[0].LeftDelim;
    for (const content of ['{{ env "A" }}', `{{ ${known} env "A" }}`]) {
      const [{ EmbeddedTmpl, LeftDelim }] = fileTemplates([{ path: "local/a", content }]);
      expect(EmbeddedTmpl).toBe(content);
      expect(LeftDelim).toBeTruthy();
      expect(content).not.toContain(LeftDelim);
    }
  });
});
