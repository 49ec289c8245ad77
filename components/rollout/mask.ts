/** Takes secrets out of what is shown: logs repeat connection strings, JSON, headers and settings. */
import { isOpen } from "../secrets/openSecrets";
import { malformedUrls, piecesOf, withoutQuotations } from "./malformedUrls";
import { base64Cores, spelling } from "./spellings";

/** Takes out what must not be shown. Before anything is cut: half a secret is no longer known for one. */
export type Mask = (text: string) => string;

/** Shorter values, "off" or "1", would tear innocent words apart. */
const shortest = 4;
/** A shorter one is also a part of other words: it is masked where it is a word of its own. */
const shortestInsideWords = 8;
/** Of a value of several lines, such as a private key. */
const shortestLine = 8;
/** Longer ones are masked line by line alone. */
const longestWhole = 4000;

/**
 * A mask that replaces every occurrence of these values, also as URLs, JSON, HTML, Python, hexadecimal and base64 write
 * them, and line by line.
 *
 * @param names what the job shows in the open anyway. A secret that equals one of them, or a word that everybody
 * uses, is masked only where it is given as a password: with holes in place of "postgres", each line would tell what
 * the secret is, and be hard to read. That such a secret can't be hidden is told: {@link isOpen}.
 */
export function maskOf(secrets: readonly string[], names: readonly string[] = []): Mask {
  const broken = malformedUrls(secrets);
  const values = [...new Set([...secrets.flatMap(parts), ...broken.flatMap(piecesOf)])]
    .filter((value) => value.trim().length >= shortest)
    .sort((a, b) => b.length - a.length);
  const plain = values.map((value) => (isOpen(value, names) ? asPassword(value) : wherever(value)));
  const cores = values.flatMap(base64Cores).map(wrapped);
  return (text) => {
    const masked = cores.reduce(withoutBase64, withoutQuotations(text, broken));
    return plain.reduce((rest, find) => rest.replace(find, "[secret]"), masked);
  };
}

/** What drivers quote alone: passwords of several URLs, of libpq's `password=...`, and of JSON. */
const passwords = [
  /[a-z][a-z0-9+.-]{0,40}:\/\/[^\s/:@]*:([^\s/@,]+)@/gi,
  /(?:password|passwd|pwd)["']?\s{0,3}[=:]\s{0,3}(?:"([^"]+)"|'([^']+)'|([^\s"'&;,]+))/gi,
];

/** The value without spaces around it, its lines, and the passwords in it. */
function parts(secret: string): string[] {
  const lines = secret.split(/\r?\n/);
  const inside = passwords.flatMap((find) =>
    [...secret.matchAll(find)].flatMap(([, ...found]) => found.filter(Boolean)),
  );
  const [, password] = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/]+)@/i.exec(secret) ?? [];
  return [
    ...(secret.length <= longestWhole ? [secret.trim()] : []),
    ...(lines.length > 1
      ? lines.map((line) => line.trim()).filter((line) => line.length >= shortestLine)
      : []),
    ...[...inside, ...(password === undefined ? [] : [password])].flatMap((one) => [one, decoded(one)]),
  ];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

function wherever(value: string): RegExp {
  const all = `${spelling(value)}|${hexadecimal(value)}`;
  if (value.length >= shortestInsideWords) return new RegExp(all, "gu");
  // What an escape sequence ends with is no letter of a word.
  const begin =
    "(?:(?<![\\p{L}\\p{N}])|(?<=%[\\da-fA-F]{2})|(?<=\\\\(?:[nrt]|u[\\da-fA-F]{4}|x[\\da-fA-F]{2})))";
  return new RegExp(`${begin}(?:${all})(?![\\p{L}\\p{N}])`, "gu");
}

/** After `password=`, `"password": "` and the like, and between `//user:` and `@`. */
function asPassword(value: string): RegExp {
  const word = "(?:pass(?:word|wd|phrase)?|pwd|secret|token|key|credentials?)";
  const given = `(?<=${word}\\w{0,20}["']?\\s{0,3}(?:=>|[=:])\\s{0,3}["']?)`;
  return new RegExp(
    `${given}${spelling(value)}(?![\\p{L}\\p{N}])|(?<=://[^\\s/:@]{0,100}:)${spelling(value)}(?=@)`,
    "giu",
  );
}

/** With or without a sign between two bytes, and as a list of numbers. */
function hexadecimal(value: string): string {
  const digit = (sign: string): string => (/\d/.test(sign) ? sign : `[${sign}${sign.toUpperCase()}]`);
  const bytes = [...Buffer.from(value)].map((byte) =>
    [...byte.toString(16).padStart(2, "0")].map(digit).join(""),
  );
  return bytes.join("(?:[: -]|,? {0,2}(?:0[xX])?)");
}

/** Most programs that write base64 begin a new line after 64 or 76 signs. */
function wrapped(core: string): RegExp {
  const signs = [...core].map((sign) => (sign === "+" ? "\\+" : sign));
  return new RegExp(signs.join("(?:(?:\\r?\\n|(?:\\\\r)?\\\\n)[ \\t]{0,8})?"), "g");
}

/** The whole run goes: beside the core stand bits of the secret's first and last letter, or the user's name. */
function withoutBase64(text: string, core: RegExp): string {
  let masked = "";
  let from = 0;
  for (const { index: at, 0: found } of text.matchAll(core)) {
    if (at < from) continue;
    let begin = at;
    while (begin > from && /[A-Za-z0-9+/_-]/.test(text[begin - 1])) begin -= 1;
    let end = at + found.length;
    while (end < text.length && /[A-Za-z0-9+/_=-]/.test(text[end])) end += 1;
    masked += `${text.slice(from, begin)}[secret]`;
    from = end;
  }
  return masked + text.slice(from);
}
