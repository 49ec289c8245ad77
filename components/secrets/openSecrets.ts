/** Secrets that no mask can hide: words that everybody uses, and names that the job shows anyway. Pure. */

/** What people put where a password belongs, and what logs are full of. */
const common = new Set(
  [
    "admin administrator application backup canary celery changeme config connection credentials data database debug",
    "default demo dev development django docker dummy error example foobar guest hello host info letmein local localhost",
    "login main manager master migrate migrations mysql nginx nomad none null pass passwd password passwort placeholder",
    "postgres postgresql prod production public pulumi python qwerty redis release root sample secret server service",
    "site stage staging static super superuser system template test testing tester todo token true false user username",
    "warning welcome worker example.com 127.0.0.1 0.0.0.0 1234 12345 123456 1234567 12345678 123456789",
  ]
    .join(" ")
    .split(" "),
);

/** Not even a secret: a switch, a number of a few digits, nothing. */
const trivial = /^(true|false|yes|no|on|off|none|null|\d{0,3})$/i;

/** Whether a value stands in the open anyway. @param names what the job shows: its id, its image, plain variables. */
export function isOpen(value: string, names: readonly string[]): boolean {
  const plain = value.trim().toLowerCase();
  return common.has(plain) || names.some((name) => name.trim().toLowerCase() === plain);
}

export interface NamedSecret {
  /** The argument that it comes from, for example `secretEnvVars.API_TOKEN`. */
  key: string;
  value: string;
}

/** Where a value is a name by right: a user, a host. */
const isName = /(^|_)(USER|USERNAME|NAME|DB|DATABASE|HOST|PORT|ENGINE|SCHEMA|REGION|ENVIRONMENT|ENV)$/i;

/** A warning for each secret that can't be hidden; it names the key alone. */
export function openSecretWarnings(secrets: readonly NamedSecret[], names: readonly string[]): string[] {
  return secrets
    .filter(({ key, value }) => !trivial.test(value.trim()) && !isName.test(key) && isOpen(value, names))
    .map(
      ({ key }) =>
        `${key}: its value is a common word, or a name that the job shows: easy to guess, and \`up\` can't mask it in the ` +
        "logs that it repeats. Set another value, of at least 20 random letters and digits",
    );
}

/** Each part of an image's name that a log may show by itself. */
export function imageNames(image: string): string[] {
  return [image, ...image.split(/[/:@]/)].filter(Boolean);
}
