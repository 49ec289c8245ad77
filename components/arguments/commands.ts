/** Readers for command lines: lists of words, since no shell splits a string. */
import { isLater } from "./later";
import { filledText } from "./names";
import { list, reader, type Reader, text } from "./readers";

/** What the reader reads, when it also fits; problems of single items are enough. */
function fitting<T>(read: Reader<T>, fits: (given: T) => boolean, allowed: string): Reader<T, undefined> {
  return reader(read.shape, (value, key, problems, outputs) => {
    const before = problems.length;
    const given = read(value, key, problems, outputs);
    if (given === undefined || problems.length > before || fits(given)) return given;
    problems.push({ key, message: `is ${JSON.stringify(given)} and must be ${allowed}` });
    return undefined;
  });
}

/** A command line as one text is the usual slip: the message says how it is written. */
function inWords(what: string, wrap: (words: string[]) => unknown): (value: unknown) => string {
  return (value) => {
    if (typeof value !== "string" || value.trim() === "" || value.length > 100) return what;
    return `${what}: write ${JSON.stringify(wrap(value.trim().split(/\s+/)))}`;
  };
}

const aCommand = inWords("a list of words", (command) => command);
const severalCommands = inWords("a list of commands", (command) => [command]);

/** One command line. `such` is an example. @param least words: 0 where something else may bring them. */
export function words(such: string, least: 0 | 1 = 1): Reader<string[], undefined> {
  const fits = (given: string[]): boolean => given.length >= least && given.every(Boolean);
  return fitting(list(text(), aCommand), fits, `a list of words, such as ${such}`);
}

/** Management commands, each with its arguments. */
export const commands = fitting(
  list(list(filledText, aCommand), severalCommands),
  (given) => given.every((command) => isLater(command) || command.length > 0),
  'a list of lists of words, such as [["check"]]',
);
