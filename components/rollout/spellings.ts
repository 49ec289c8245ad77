/** How a text looks in a URL, in JSON, HTML, Python, a shell and base64. Pure. */

/** What a value may look like in a log, as the source of a regular expression (flag `u`). */
export function spelling(value: string): string {
  // A run of backslashes is one thing: doubled, and doubled again.
  return [...value.matchAll(/\\+|\r?\n|[^]/gu)].map(([part]) => ofPart(part)).join("");
}

/** Every sign by itself: programs escape some signs of a text and leave others, each in its own way. */
function ofPart(part: string): string {
  if (part.startsWith("\\"))
    return `(?:\\\\{${part.length},${part.length * 4}}|(?:%(?:25){0,2}5[cC]){${part.length}}|(?:&#0{0,3}92;|&#[xX]0{0,3}5[cC];){${part.length}})`;
  if (part.includes("\n")) return "(?:\\r?\\n|(?:\\\\{1,4}r)?\\\\{1,4}n|(?:%0[dD])?%0[aA])";
  const point = part.codePointAt(0) ?? 0;
  const ways = [literal(part), ...unicode(part), ...bytes(part), ...html(part, point)];
  return `(?:${ways.join("|")})`;
}

function literal(sign: string): string {
  if (/[\p{L}\p{N}]/u.test(sign)) return sign;
  const plain = sign.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
  // SQL doubles a quote; JSON, Python and shells put backslashes before signs.
  const doubled = /["']/.test(sign) ? `|${sign}${sign}` : "";
  // Within single quotes a shell leaves them for a moment: '\'' or '"'"'.
  const outside = sign === "'" ? `'\\\\{1,7}''|'\\\\{0,3}"'\\\\{0,3}"'|` : "";
  return `${outside}\\\\{0,7}${plain}${doubled}${sign === " " ? "|\\+" : ""}${sign === "\t" ? "|\\\\{1,4}t" : ""}`;
}

/** \u0040, and two of them for what takes two; \U00000040; \u{40}. */
function unicode(sign: string): string[] {
  const units = Array.from({ length: sign.length }, (_, index) => sign.charCodeAt(index));
  const point = sign.codePointAt(0) ?? 0;
  return [
    units.map((unit) => `\\\\{1,4}u${anyCase(unit, 4)}`).join(""),
    `\\\\{1,4}U${anyCase(point, 8)}`,
    `\\\\{1,4}u\\{0{0,4}${anyCase(point, 1)}\\}`,
    ...(point < 0x100 ? [`\\\\{1,4}x${anyCase(point, 2)}`] : []),
  ];
}

/** %40, also encoded once more; \xc3\xa4; \303\244. */
function bytes(sign: string): string[] {
  const all = [...Buffer.from(sign)];
  return [
    all.map((byte) => `%(?:25){0,2}${anyCase(byte, 2)}`).join(""),
    ...(all.length > 1 ? [all.map((byte) => `\\\\{1,4}x${anyCase(byte, 2)}`).join("")] : []),
    all.map((byte) => `\\\\{1,4}${byte.toString(8).padStart(3, "0")}`).join(""),
  ];
}

const entities: Record<string, string> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };

/** &quot; &#34; &#x22;, also escaped once more. */
function html(sign: string, point: number): string[] {
  const begin = "&(?:amp;){0,2}";
  const named = entities[sign];
  return [
    `${begin}#0{0,5}${point};`,
    `${begin}#[xX]0{0,5}${anyCase(point, 1)};`,
    ...(named === undefined ? [] : [`${begin}${named};`]),
  ];
}

function anyCase(number: number, digits: number): string {
  const hex = number.toString(16).padStart(digits, "0");
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/** With fewer signs, a core would be found in words that have nothing to do with it. */
const shortestCore = 5;

/**
 * What stands in the base64 of every text that holds the value, whatever comes before and after it: three spellings, as
 * the value begins at the first, second or third byte of a group, each in both alphabets.
 */
export function base64Cores(value: string): string[] {
  const all = Buffer.from(value);
  const cores = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), all]).toString("base64");
    return encoded.slice(Math.ceil((8 * shift) / 6), Math.floor((8 * (shift + all.length)) / 6));
  });
  const long = cores.filter((core) => core.length >= shortestCore);
  return [...new Set([...long, ...long.map((core) => core.replaceAll("+", "-").replaceAll("/", "_"))])];
}
