/** Readers for times: what cron takes, and the zone in which it counts. */
import { type Reader, refuse, textReader } from "./readers";

/** One of cron's fields: its lowest and highest value, and the names of values in their order. */
interface Field {
  low: number;
  high: number;
  names?: string;
  /** Forms of Nomad's own, such as the last day of a month. */
  special?: RegExp;
  /** The highest step that Nomad takes. @default high */
  highestStep?: number;
  /** Whether Nomad reads its last value as its first one, and so ends a range before it. */
  wraps?: boolean;
}

const second: Field = { low: 0, high: 59 };
const year: Field = { low: 1970, high: 2099 };
const five: readonly Field[] = [
  { low: 0, high: 59 },
  { low: 0, high: 23 },
  { low: 1, high: 31, special: /^(L|LW|([1-9]|[12]\d|3[01])W)$/i },
  { low: 1, high: 12, names: "none jan feb mar apr may jun jul aug sep oct nov dec" },
  {
    ...{ low: 0, high: 7, names: "sun mon tue wed thu fri sat", special: /^[0-7](L|#[1-5])$/i },
    ...{ highestStep: 6, wraps: true },
  },
];
const words = /^@(yearly|annually|monthly|weekly|daily|hourly)$/;

/** The number that a value stands for; undefined for anything else. */
function valueIn(text: string, { low, high, names = "" }: Field): number | undefined {
  const named = names === "" ? -1 : names.split(" ").indexOf(text.toLowerCase());
  const value = /^\d+$/.test(text) ? Number(text) : named;
  return value >= low && value <= high ? value : undefined;
}

function isField(text: string, field: Field): boolean {
  return text.split(",").every((part) => {
    if (field.special?.test(part)) return true;
    const [, range, step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const { high, highestStep = high, wraps } = field;
    if (range === undefined || step === "0" || Number(step ?? 1) > highestStep) return false;
    if (range === "*") return true;
    const [first, last = first, ...more] = range.split("-").map((end) => valueIn(end, field));
    if (more.length > 0 || first === undefined || last === undefined) return false;
    // Nomad takes it, and leaves the last day out: 5-7 has no Sunday, and 7-7 is every day.
    if (wraps && range.includes("-") && last % high === 0) return false;
    // Backwards, a range is empty: Nomad takes it, and never starts anything.
    return first <= last;
  });
}

function matches(text: string, fields: readonly Field[]): boolean {
  const given = text.split(/ +/);
  return given.length === fields.length && given.every((field, index) => isField(field, fields[index]));
}

function cronReader(allowed: string, such: string, forms: readonly Field[][]): Reader<string, undefined> {
  return textReader(allowed, (value, key, problems) => {
    const given = typeof value === "string" && !/[^ \S]/.test(value) ? value.trim() : "";
    const fits = (change: Partial<Field>): boolean =>
      forms.some((fields) =>
        matches(
          given,
          fields.map((field) => ({ ...field, ...change })),
        ),
      );
    if (words.test(given) || fits({})) return given;
    if (!fits({ wraps: false })) return refuse(key, value, such, problems);
    const message =
      `${JSON.stringify(given)} has a range of days that ends on a Sunday, which Nomad leaves out of it: ` +
      "name the days one by one, such as 5,6,0";
    problems.push({ key, message });
    return undefined;
  });
}

const example =
  'a time for cron: minute, hour, day of month, month and day of week, such as "30 3 * * *", or @daily';

/** What Nomad takes as well, and would refuse only when the job is registered. */
export const cron = cronReader("cron with five fields, or a word such as @daily", example, [[...five]]);

/** The same, and with seconds in front and years at the end: Nomad has no form with seconds alone. */
export const scheduleCron = cronReader(
  "cron with five fields, with seven (seconds first, years last), or a word such as @daily",
  `${example}; with seconds it has seven fields, the last for years, such as "*/10 * * * * * *"`,
  [[...five], [second, ...five, year]],
);

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
