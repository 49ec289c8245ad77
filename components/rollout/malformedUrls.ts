/** Pieces of URLs that can't be read as such: Python's own errors quote them, cut where the reading went wrong. Pure. */

const host = String.raw`(?:\[[0-9a-f:.%]+\]|[^:/?#@\[\]\s,]*)(?::\d*)?`;
/** scheme://user:password@host:port/name. An unencoded / or ? in the password leaves an @ behind the host. */
const wellFormed = new RegExp(
  String.raw`^[a-z][a-z0-9+.-]*://(?:[^:/?#@\s]*(?::[^:/?#@\s]*)?@)?${host}(?:,${host})*(?:[/?#][^@\s]*)?$`,
  "i",
);

/** What libraries say of a URL in words of their own, whatever it is. */
const aboutUrls = [
  /(?<=Port could not be cast to integer value as )(?:'[^'\n]*'|"[^"\n]*")/g,
  /(?<=netloc )'[^\n]*?'(?= contains invalid)/g,
  /'[^'\n]*'(?= does not appear to be an IPv4 or IPv6)/g,
];

/** Not from one apostrophe to the next. */
const quoted = /(?<![\p{L}\p{N}])'([^'\n]+)'(?![\p{L}\p{N}])|"([^"\n]+)"/gu;

/** The secrets that are meant to be a URL with a login and can't be read as one. */
export function malformedUrls(secrets: readonly string[]): string[] {
  return secrets
    .flatMap((secret) => secret.trim().split(/[,;](?=[a-z][a-z0-9+.-]*:\/\/)/i)) // several servers of one kind
    .filter((url) => isLogin(url) && !wellFormed.test(url));
}

/** An address of the web may hold an @ anywhere. */
function isLogin(value: string): boolean {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):\/\/(\S+)$/i.exec(value) ?? [];
  if (scheme === undefined) return false;
  return (/^https?$/i.test(scheme) ? rest.split(/[/?#]/)[0] : rest).includes("@");
}

/** What stands between the signs that divide a URL. */
export function piecesOf(url: string): string[] {
  return url.slice(url.indexOf("://") + 3).split(/[:/?#@[\]\s]+/);
}

/** Takes quotations of these URLs out of a text, however short. */
export function withoutQuotations(text: string, urls: readonly string[]): string {
  const told = aboutUrls.reduce((rest, find) => rest.replace(find, "[secret]"), text);
  if (urls.length === 0) return told;
  return told.replace(quoted, (all: string, single?: string, double?: string) =>
    urls.some((url) => url.includes(single ?? double ?? "")) ? "[secret]" : all,
  );
}
