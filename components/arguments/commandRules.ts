/** Rules about command lines. Nomad reads each word of a task's command as a template before it starts the task. */
import { entriesNow, isLater } from "./later";
import type { Problem } from "./problem";
import type { Given, Rule } from "./rule";

/** Names that Nomad's `${...}` can fill in. */
type Known = (name: string) => boolean;

/** Set by Nomad, for some of them because a job's transform asks for it. */
const nomadsOwn = /^(NOMAD|VAULT|CONSUL)_/;
/** Set by this program. */
const programsOwn =
  /^(POSTGRES_(NAME|USER|HOST|PORT|PASSWORD)|PGSSLMODE|PGSSLROOTCERT|REDIS_URL|SECRET_KEY(_FALLBACKS)?|DJANGO_NOMAD_\w+)$/;

/** The environment of a task. @param own variables that it has on top of the application's. */
function variables({ envVars, migrateEnvVars, secretEnvVars }: Given, own?: Given["envVars"]): Known {
  const sets = [envVars, migrateEnvVars, secretEnvVars, own];
  const names = sets.flatMap((set) => entriesNow(set).map(([name]) => name));
  // One that is an output may have any name.
  const isOpen = sets.some(isLater);
  return (name) => isOpen || nomadsOwn.test(name) || programsOwn.test(name) || names.includes(name);
}

/** What a shell reads between the braces, and Nomad can't: `NAME:-4`, `NAME%.txt`, `#NAME`, quotes with a backslash, nothing. */
const ofShell = /^([#!]\w|\w+\s*(:|[#^,@]|=(?!=)|%[^\s\w(]|\/\/)|.*\[\\|[@*]?$)/s;
const name = /^[A-Za-z_][\w-]*$/;

/** Whether Nomad can fill in what stands between `${` and `}`. Only what is surely wrong counts: its expressions are a language. */
function isExpression(inside: string, known: Known): boolean {
  const bare = inside.replace(/^~|~$/g, "").trim();
  return name.test(bare) ? known(bare) : !ofShell.test(bare);
}

/** From an opening brace to the one that closes it, or to the end. */
function upToClosing(text: string): string {
  let depth = 0;
  for (const { 0: brace, index } of text.matchAll(/[{}]/g)) {
    depth += brace === "{" ? 1 : -1;
    if (depth === 0) return text.slice(0, index + 1);
  }
  return text;
}

/** What of a word Nomad reads: each `${...}` and `%{...}` that is not escaped. */
function templatesIn(word: string): string[] {
  const found: string[] = [];
  let end = 0;
  for (const { 0: mark, index } of word.matchAll(/\$\$\{|%%\{|[$%]\{/g)) {
    if (mark.length > 2 || index < end) continue;
    const template = upToClosing(word.slice(index));
    end = index + template.length;
    found.push(template);
  }
  return found;
}

function isReadable(template: string, known: Known): boolean {
  if (template.startsWith("%")) return /^%\{~?\s*(if|else|endif|for|endfor)\b.*\}$/s.test(template);
  return template.endsWith("}") && isExpression(template.slice(2, -1), known);
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function unreadable(key: string, words: readonly string[], known: Known): Problem[] {
  return words.flatMap((word, index) => {
    // A loop has names of its own.
    if (/%\{~?\s*for\b/.test(word)) return [];
    const template = templatesIn(word).find((one) => !isReadable(one, known));
    if (template === undefined) return [];
    const escaped = template.replace(/[$%]\{/g, (mark) => `${mark[0]}${mark}`);
    const message =
      `has ${short(template)}, which Nomad reads as a template of its own and can't fill in, so the task would not start: ` +
      `write ${short(escaped)}, which the command gets as ${short(template)}`;
    return [{ key: `${key}[${index}]`, message }];
  });
}

/** With a time limit the words stand quoted in a program, and Nomad would find a \ before each quote. */
function quoted(key: string, words: readonly string[]): Problem[] {
  return words.flatMap((word, index) => {
    const template = templatesIn(word).find((one) => one.includes('"'));
    if (template === undefined) return [];
    const message =
      `has ${short(template)}, whose quotes Nomad can't read in a schedule with a timeout: write it without them, ` +
      'such as ${env.NAME} for ${env["NAME"]}';
    return [{ key: `${key}.command[${index}]`, message }];
  });
}

const shared = ["envVars.*", "migrateEnvVars.*", "secretEnvVars"];
const ofApplication = ["serverCommand", "manageCommand", "entrypoint", "migrateEntrypoint"] as const;

export const commandRules: Rule[] = [
  ...ofApplication.map((key): Rule => ({
    keys: [key, ...shared],
    problems: (given) => unreadable(key, given[key] ?? [], variables(given)),
  })),
  {
    keys: ["processes.*", ...shared],
    problems: (given) =>
      Object.entries(given.processes ?? {}).flatMap(([name, { command, envVars }]) =>
        unreadable(`processes.${name}.command`, command, variables(given, envVars)),
      ),
  },
  {
    keys: ["schedules.*", ...shared],
    problems: (given) =>
      Object.entries(given.schedules ?? {}).flatMap(([name, { command, envVars, timeout }]) => [
        ...unreadable(`schedules.${name}.command`, command, variables(given, envVars)),
        ...(timeout === undefined ? [] : quoted(`schedules.${name}`, command)),
      ]),
  },
];
