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
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  };
  const newKey = (file: string): string[] => [
    ...["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file],
  ];
  const authority = ["-subj", "/CN=Test authority", "-days", "2", "-out", "ca.crt"];
  openssl("req", "-x509", ...newKey("ca.key"), ...authority);
  openssl("req", ...newKey("server.key"), "-subj", "/CN=Test server", "-out", "server.csr");
  writeFileSync(join(folder, "extensions"), `subjectAltName = ${names.join(",")}\n`);
  openssl(
    ...["x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"],
    ...["-days", "2", "-extfile", "extensions", "-out", "server.crt"],
  );
  return {
    authority: join(folder, "ca.crt"),
    certificate: join(folder, "server.crt"),
    key: join(folder, "server.key"),
  };
}
