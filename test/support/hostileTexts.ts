/** Texts that mean something to a program that reads them as its own language. */

/** What each of them tries to make, wherever it runs. */
export const canary = "canary";

/** By the language that would run it; some are for several. */
const fragments = [
  // HCL, Nomad's own variables and templates
  '"',
  '" {\n  policy = "write"\n}\nnamespace "*" {\n  policy = "write"\n}\n#',
  '"] }\nacl = "write"\n#',
  "*",
  "?",
  "${env.PATH}",
  "${POSTGRES_PASSWORD}",
  "%{ if true }x%{ endif }",
  '{{ env "PATH" }}',
  '{{ with nomadVar "nomad/jobs/other" }}{{ .PASSWORD }}{{ end }}',
  '{{- file "/etc/passwd" -}}',
  "}}",
  "*/",
  "#",
  // Shells and command lines
  `$(touch ${canary})`,
  `\`touch ${canary}\``,
  `; touch ${canary} ;`,
  `\ntouch ${canary}\n`,
  `' ; touch ${canary} ; '`,
  `" ; touch ${canary} ; "`,
  `| tee ${canary}`,
  `> ${canary}`,
  "-rf",
  "--help",
  "\\",
  "$IFS",
  "~root",
  // SQL and psql
  "'",
  "''; drop table kept; --",
  '"; drop table kept; --',
  "$$; drop table kept; $$",
  `\n\\! touch ${canary}\n`,
  "\\.",
  ":name",
  "E'\\''",
  "/* ",
  "--",
  // Headers, addresses and paths
  "\r\nX-Injected: yes",
  "\nX-Injected: yes",
  "\r",
  "//example.com/",
  "@example.com",
  "../../../etc",
  "/..",
  "/./",
  "%2e%2e%2f",
  "?x=y#z",
  ":",
  ",",
  "=",
  // Texts that are read another way than they look
  "\0",
  "\u001b[2J",
  "\u0085",
  "\u00a0",
  "\u202e",
  "\u2028",
  "\ufeff",
  "\ud800",
  "\uff02\uff07\uff1b",
  "\u212a",
  "__proto__",
  "constructor",
  " ",
  "\t",
  "x".repeat(300),
];

/** A small generator that gives the same numbers for the same seed: mulberry32. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** One to three fragments, alone or around, in and behind a text that is right. */
export function hostile(right: string, next: (below: number) => number): string {
  const pick = (): string => fragments[next(fragments.length)];
  const attack = Array.from({ length: 1 + next(3) }, pick).join("");
  const at = next(right.length + 1);
  return [attack, right + attack, attack + right, right.slice(0, at) + attack + right.slice(at)][next(4)];
}
