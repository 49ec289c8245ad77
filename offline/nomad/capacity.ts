const DECIMAL: Record<string, number> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12, p: 1e15, e: 1e18 };
const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/**
 * Bytes in a size such as "10 GiB" (powers of 1024), "10GB" (powers of 1000) or "512".
 * @throws Error for anything else.
 */
export function parseBytes(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgtpe]?)(i?)b?\s*$/i.exec(text);
  const prefix = match?.[2]?.toLowerCase() ?? "";
  if (match === null || (match[3] !== "" && prefix === "")) {
    throw new Error(`"${text}" is no size; write it like "10 GiB" or "500 MB"`);
  }
  const unit = match[3] === "" ? (DECIMAL[prefix] ?? 1) : 1024 ** Object.keys(DECIMAL).indexOf(prefix);
  return Math.round(Number(match[1]) * unit);
}

/** Bytes as a person reads them, in powers of 1024: 10737418240 is "10 GiB". */
export function formatBytes(bytes: number): string {
  const power = bytes < 10 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), BINARY.length - 1);
  const value = Math.floor((bytes / 1024 ** power) * 10 + 0.5) / 10;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${BINARY[power]}`;
}
