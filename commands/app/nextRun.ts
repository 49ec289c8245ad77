/** When cron's five fields come true next: Nomad works it out for itself, and its API does not say. Pure. */

const words: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@hourly": "0 * * * *",
};
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** A leap day on a given day of the week comes after 28 years, and after 40 where a century has none. */
const horizonDays = 366 * 41;

type Field = ReadonlySet<number>;

/** Such as `1-5/2,7`. */
function field(text: string, low: number, high: number, names: readonly string[] = []): Field | undefined {
  const number = (word: string): number => {
    const named = names.indexOf(word.toLowerCase());
    return named === -1 ? Number(word) : named + low;
  };
  const all = new Set<number>();
  for (const part of text.split(",")) {
    const [range, step = "1"] = part.split("/");
    const [from, to] = range === "*" ? [low, high] : range.split("-").map(number);
    const last = to ?? (part.includes("/") ? high : from);
    if (![from, last, Number(step)].every(Number.isInteger) || Number(step) < 1) return undefined;
    for (let value = from; value <= last; value += Number(step)) all.add(value);
  }
  return all;
}

/**
 * @param spec as a schedule has it. @param after milliseconds since 1970.
 * @returns milliseconds since 1970; undefined for a spec that never comes true, or that has more than five fields.
 */
export function nextRun(spec: string, timeZone: string, after: number): number | undefined {
  const fields = (words[spec] ?? spec).trim().split(/ +/);
  if (fields.length !== 5) return undefined;
  const [minutes, hours, dates, inMonths, weekdays] = [
    field(fields[0], 0, 59),
    field(fields[1], 0, 23),
    field(fields[2], 1, 31),
    field(fields[3], 1, 12, months),
    field(fields[4], 0, 7, days),
  ];
  if (!minutes || !hours || !dates || !inMonths || !weekdays) return undefined;
  const isDay = (day: Date): boolean => {
    const onDate = dates.has(day.getUTCDate());
    const onWeekday = weekdays.has(day.getUTCDay()) || (day.getUTCDay() === 0 && weekdays.has(7));
    // Where both are given, either will do.
    const fits = fields[2] !== "*" && fields[4] !== "*" ? onDate || onWeekday : onDate && onWeekday;
    return fits && inMonths.has(day.getUTCMonth() + 1);
  };
  const zone = new Zone(timeZone);
  const start = Math.floor(zone.wallOf(after) / dayMs) * dayMs;
  for (let day = 0; day < horizonDays; day++) {
    const midnight = start + day * dayMs;
    if (!isDay(new Date(midnight))) continue;
    for (const hour of [...hours].sort((a, b) => a - b)) {
      for (const minute of [...minutes].sort((a, b) => a - b)) {
        const at = zone.timeOf(midnight + (hour * 60 + minute) * minuteMs);
        if (at !== undefined && at > after) return at;
      }
    }
  }
  return undefined;
}

/** Clocks on the wall: milliseconds since 1970 as if the zone were UTC. */
class Zone {
  private readonly format: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    const [year, month, day] = ["numeric", "2-digit", "2-digit"] as const;
    const time = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
    this.format = new Intl.DateTimeFormat("en-US", { timeZone, year, month, day, ...time });
  }

  wallOf(time: number): number {
    const parts = Object.fromEntries(
      this.format.formatToParts(time).map(({ type, value }) => [type, Number(value)]),
    );
    return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
  }

  /** Undefined for an hour that the clocks skip. */
  timeOf(wall: number): number | undefined {
    const offsets = [wall - dayMs, wall + dayMs].map((around) => this.wallOf(around) - around);
    return offsets.map((offset) => wall - offset).find((time) => this.wallOf(time) === wall);
  }
}
