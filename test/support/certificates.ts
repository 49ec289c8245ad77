/** A certificate authority of a test's own, made with openssl. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { writeFileSync } from "node:fs";

/** PEM files. */
export interface Certificates {
  authority: string;
  certificate: string;
  key: string;
}

/**
 * Makes an authority and one certificate that it signed, both good for two days.
 * @param names what the certificate is for, such as `IP:127.0.0.1` or `DNS:localhost`.
 */
export function makeCertificates(folder: string, names: readonly string[]): Certificates {
  const newKey = (file: string): string[] => [
    ...["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file],
  ];
  const authority = ["-subj", "/CN=Test authority", "-days", "2", "-out", "ca.crt"];
  openssl(folder, "req", "-x509", ...newKey("ca.key"), ...authority);
  openssl(folder, "req", ...newKey("server.key"), "-subj", "/CN=Test server", "-out", "server.csr");
  writeFileSync(join(folder, "extensions"), `subjectAltName = ${names.join(",")}\n`);
  signCertificate(folder, 2);
  return {
    authority: join(folder, "ca.crt"),
    certificate: join(folder, "server.crt"),
    key: join(folder, "server.key"),
  };
}

/** Signs the certificate anew, good for so many days: with 0 it has expired a second later. */
export function signCertificate(folder: string, days: number): void {
  openssl(
    folder,
    ...["x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"],
    ...["-days", String(days), "-extfile", "extensions", "-out", "server.crt"],
  );
}

function openssl(folder: string, ...args: string[]): void {
  execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
}
