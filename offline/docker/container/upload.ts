import { readFileSync } from "node:fs";
import { type UploadInput } from "./inputs";

const BLOCK = 512;

/** A tar archive with one file, which is how Docker takes files for a container. */
export function uploadArchive(upload: UploadInput): Buffer {
  const content = contentOf(upload);
  const header = Buffer.alloc(BLOCK);
  const [prefix, name] = splitPath(upload.file.replace(/^\/+/, ""));
  header.write(name, 0, 100, "utf8");
  octal(
    header,
    upload.permissions ? parseInt(upload.permissions, 8) : upload.executable ? 0o744 : 0o644,
    100,
    8,
  );
  octal(header, Number(upload.owner ?? 0), 108, 8);
  octal(header, Number(upload.group ?? 0), 116, 8);
  octal(header, content.length, 124, 12);
  octal(header, Math.floor(Date.now() / 1000), 136, 12);
  header.write("        ", 148, 8, "ascii");
  header.write("0", 156, 1, "ascii");
  header.write("ustar\u000000", 257, 8, "ascii");
  header.write(prefix, 345, 155, "utf8");
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${checksum.toString(8).padStart(6, "0")}\u0000 `, 148, 8, "ascii");
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  return Buffer.concat([header, content, padding, Buffer.alloc(2 * BLOCK)]);
}

function contentOf({ content, contentBase64, source }: UploadInput): Buffer {
  if (content !== undefined) return Buffer.from(content, "utf8");
  if (contentBase64 !== undefined) return Buffer.from(contentBase64, "base64");
  return readFileSync(source as string);
}

/** The format has 100 bytes for a name and 155 for the folders before it. */
function splitPath(path: string): [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ["", path];
  const slash = path.lastIndexOf("/");
  const [prefix, name] = [path.slice(0, Math.max(slash, 0)), path.slice(slash + 1)];
  if (Buffer.byteLength(prefix) > 155 || Buffer.byteLength(name) > 100) {
    throw new Error(
      `uploads: the path "${path}" is too long: at most 155 bytes of folders and 100 of file name.`,
    );
  }
  return [prefix, name];
}

function octal(header: Buffer, value: number, offset: number, length: number): void {
  header.write(value.toString(8).padStart(length - 1, "0"), offset, length - 1, "ascii");
}
