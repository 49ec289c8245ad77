/** Addresses: as messages may show them, and whether what goes there can be read or taken on the way. */

/**
 * `scheme://user:password@host`: from the scheme to the last @ that can still belong to a password, quotes included. JSON
 * may escape the slashes, and Node takes one of them, or backslashes, for two.
 */
const inAddress =
  /([a-z][a-z0-9+.-]{0,40}:(?:\\?\/|\\){1,4})(?:[^\s"'`/\\@:]{0,500}:(?:\\.|[^\s\\]){0,4000}|(?:\\.|[^\s"'`/\\]){0,4000})@(?!sha\d+:)/gi;
/** `user:password@host` alone, or behind two slashes. A tag before a digest looks alike. */
const bare =
  /(^|[\s"'`])((?:\/\/)?)[^\s"'`/:@]+:[^\s"'`/@]+@(?=[^\s"'`:@]+[.:/]|[^\s"'`:@]+$)(?!(?:sha|blake|md)\d+:)/g;
/** `?password=...`, as libpq and others take it. */
const inQuery =
  /([?&;][a-z_-]{0,40}(?:passw(?:or)?d|passphrase|pwd|secret|token|api_?key|access_?key|sig)=)[^\s&;"'`]+/gi;

/** A text whose addresses show no user and no password. */
export function withoutCredentials(text: string): string {
  return text.replace(inAddress, "$1***@").replace(bare, "$1$2***@").replace(inQuery, "$1***");
}

/** Go's spellings of true, which the provider takes. */
export function isTrue(value: unknown): boolean {
  return /^(1|t|true)$/i.test(String(value).trim());
}

/** A host name or an IP address that no other machine answers. */
export function isLoopback(host: string): boolean {
  return /^(localhost\.?|\[?::1\]?)$/i.test(host) || /^127(\.\d{1,3}){3}$/.test(host);
}
