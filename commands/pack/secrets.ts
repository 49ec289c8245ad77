/** Which of the pack's plain environment variables hold secrets, and how that shows. */

/** Words of a name that say so. */
const secretWords = new Set([
  ...["PASSWORD", "PASSWD", "PASS", "PWD", "PW", "PASSPHRASE", "PASSCODE"],
  ...["SECRET", "SECRETS", "TOKEN", "TOKENS", "KEY", "KEYS", "APIKEY", "CREDENTIAL", "CREDENTIALS", "CREDS"],
  ...["DSN", "SALT", "PEPPER", "PRIVATE", "JWT", "WEBHOOK"],
]);

/** Parts of a name that say so wherever they stand, as in DBPASSWORD. */
const secretParts = /PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|APIKEY|CREDENTIAL|PRIVATEKEY/;

const secretValues: readonly [matches: RegExp, reason: string][] = [
  [/:\/\/[^\s/?#]*:[^\s]+@/, "its value is a URL with a password"],
  [
    /\b(?:password|passwd|pwd|passphrase|secret|\w*token|api_?key|access_?key|sig)\s*=\s*[^\s&;]/i,
    "its value holds a password or a token",
  ],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "its value is a private key"],
  [/^(?:Bearer|Basic)\s+\S/i, "its value is an authorization header"],
  [
    /^(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|[sr]k_live_|sk-|AKIA|SG\.|eyJ)[\w.-]{12,}$/,
    "its value looks like a token",
  ],
];

/**
 * Why a value belongs among the secrets; undefined when nothing says so. Never repeats the value. In doubt it
 * is a secret: nothing is lost by that but its showing in the job.
 */
export function secretReason(name: string, value: string): string | undefined {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toUpperCase()
    .split(/[^A-Z0-9]+|(?<=[A-Z])(?=\d)/);
  const word = secretParts.exec(name.toUpperCase())?.[0] ?? words.find((one) => secretWords.has(one));
  if (word !== undefined) return `its name says ${word}`;
  return secretValues.find(([matches]) => matches.test(value))?.[1];
}
