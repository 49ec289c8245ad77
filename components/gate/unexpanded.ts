/**
 * A program that stands in the arguments of a task, where Nomad would expand `${...}` and `%{...}`.
 * @param what names it. @throws {Error} when it has any: it is our own source that has to change.
 */
export function unexpanded(program: string, what: string): string {
  if (/[$%]\{/.test(program)) {
    throw new Error(`${what} contains "\${" or "%{", which Nomad would expand: write it differently`);
  }
  return program;
}
