/** Readers for times: what cron takes, and the zone in which it counts. */
import { refuse, textReader } from "./readers";

/** Lowest and highest value of cron's five fields. */
const limits = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;
const words = /^@(yearly|annually|monthly|weekly|daily|hourly)$/;
const names = /^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)$/i;

function isField(field: string, [low, high]: readonly [number, number], index: number): boolean {
  const isValue = (text: string): boolean =>
    /^\d+$/.test(text) ? Number(text) >= low && Number(text) <= high : index > 2 && names.test(text);
  return field.split(",").every((part) => {
    const [, range, step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    if (range === undefined || step === "0") return false;
    const ends = range.split("-");
    return range === "*" || (ends.length <= 2 && ends.every(isValue));
  });
}

/** What Nomad takes as well, and would refuse only when the job is registered. */
export const cron = textReader("cron with five fields, or a word such as @daily", (value, key, problems) => {
  const given = typeof value === "string" && !/[^ \S]/.test(value) ? value.trim() : "";
  const fields = given.split(/ +/);
  const fits = fields.length === 5 && fields.every((field, index) => isField(field, limits[index], index));
  if (fits || words.test(given)) return given;
  return refuse(
    key,
    value,
    'a time for cron: minute, hour, day of month, month and day of week, such as "30 3 * * *", or @daily',
    problems,
  );
});

export const timeZone = textReader("a time zone", (value, key, problems) => {
  try {
    if (typeof value === "string" && !/^[+-]/.test(value)) {
      new Intl.DateTimeFormat("en", { timeZone: value });
      return value;
    }
  } catch {
    // Not known: told below.
  }
  return refuse(key, value, "a time zone, such as Europe/Paris or UTC", problems);
});
