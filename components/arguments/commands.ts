/** Readers for command lines: lists of words, since no shell takes a text apart. */
import { filledText } from "./names";
import { list, reader, text } from "./readers";

/** One command line. `such` is an example. @param least words: 0 where something else may bring them. */
export function words(such: string, least: 0 | 1 = 1): ReturnType<typeof reader<string[]>> {
  const read = list(text());
  return reader(read.shape, (value, key, problems) => {
    const given = read(value, key, problems);
    if (given === undefined || (given.length >= least && given.every(Boolean))) return given;
    problems.push({
      key,
      message: `is ${JSON.stringify(given)} and must be a list of words, such as ${such}`,
    });
    return undefined;
  });
}

/** Management commands, each with its arguments. */
export const commands = reader<string[][]>(list(list(filledText)).shape, (value, key, problems) => {
  const before = problems.length;
  const given = list(list(filledText))(value, key, problems);
  if (given === undefined || problems.length > before || given.every(({ length }) => length > 0))
    return given;
  const shown = JSON.stringify(given);
  problems.push({ key, message: `is ${shown} and must be a list of lists of words, such as [["check"]]` });
  return undefined;
});
