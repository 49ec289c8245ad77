/** Environment variables for the length of a test. */

const before = new Map<string, string | undefined>();

/** Sets a variable, or removes it, until {@link unstubAllEnvs}. */
export function stubEnv(name: string, value: string | undefined): void {
  if (!before.has(name)) before.set(name, process.env[name]);
  set(name, value);
}

/** Makes the environment as it was. */
export function unstubAllEnvs(): void {
  for (const [name, value] of before) set(name, value);
  before.clear();
}

function set(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}
