/** Certificates in PEM: nothing but them leaves the file that they are in. */
import { X509Certificate } from "node:crypto";

/** What a file holds; never both. */
export interface FoundCertificates {
  /** The certificates alone, as PEM. */
  pem?: string;
  /** Why there are none to use, as the end of "which ...". */
  fault?: string;
}

const block = /-----BEGIN ([A-Z0-9 ]+)-----[A-Za-z0-9+/=\s]*-----END \1-----/g;

/**
 * Reads the certificates of authorities. Such files often carry text beside the blocks, which nobody checks: it is left
 * out, and what is between the blocks' lines must be a certificate.
 */
export function certificatesIn(text: string): FoundCertificates {
  // The content goes into the job, which more people may read than this file.
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text)) return { fault: "holds a private key: remove it" };
  const blocks = [...text.matchAll(block)];
  if (blocks.length !== text.split("-----BEGIN ").length - 1)
    return { fault: "holds a block that is cut short" };
  const other = blocks.find(([, kind]) => kind !== "CERTIFICATE");
  if (other) return { fault: `holds a ${other[1]}: keep only the CERTIFICATE blocks` };
  if (blocks.length === 0) return { fault: "holds no certificate in PEM (-----BEGIN CERTIFICATE-----)" };
  const damaged = blocks.findIndex(([one]) => !isCertificate(one));
  if (damaged >= 0) return { fault: `holds a certificate that can't be read (number ${damaged + 1})` };
  const isBare = text.replaceAll(block, "").trim() === "";
  return { pem: isBare ? text : `${blocks.map(([one]) => one).join("\n")}\n` };
}

function isCertificate(pem: string): boolean {
  try {
    return Boolean(new X509Certificate(pem));
  } catch {
    // OpenSSL's reason says nothing that helps: the block is not one.
    return false;
  }
}
