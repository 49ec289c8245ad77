/** Addresses: as messages may show them, and whether what goes there can be read or taken on the way. */

/** `scheme://user:password@host`: from the scheme to the last @ that can still belong to a password. */
const inAddress =
  /([a-z][a-z0-9+.-]*:\/\/)(?:[^\s"'`/@:]*:(?:\\.|[^\s"'`\\])*|(?:\\.|[^\s"'`/\\])*)@(?!sha\d+:)/gi;
/** `user:password@host` alone. A tag before a digest looks alike. */
const bare = /(^|[\s"'`])[^\s"'`/:@]+:[^\s"'`/@]+@(?=[^\s"'`:@]+[.:/])(?!\w+:[0-9a-f])/g;

/** A text whose addresses show no user and no password. */
export function withoutCredentials(text: string): string {
  return text.replace(inAddress, "$1***@").replace(bare, "$1***@");
}

/** Go's spellings of true, which the provider takes. */
export function isTrue(value: unknown): boolean {
  return /^(1|t|true)$/i.test(String(value).trim());
}

/** A host name or an IP address that no other machine answers. */
export function isLoopback(host: string): boolean {
  return /^(localhost\.?|\[?::1\]?)$/i.test(host) || /^127(\.\d{1,3}){3}$/.test(host);
}
