/** The status of an application for people: about ten lines. Pure. */
import { printable } from "../../components/messages/printable";
import type { RunningStatus } from "./runningStatus";
import type { RunStatus, ScheduleStatus, Status } from "./statusOf";

/** @param now milliseconds since 1970. */
export function statusText(status: Status, now: number): string {
  const { job, version, image, release, stopped, ok } = status;
  const by = release.stack === undefined ? "" : `, by stack ${release.stack}`;
  const number = release.number === undefined ? "" : `${release.number}, `;
  const rows: [string, string][] = [
    [job, stopped ? "is stopped" : ok ? "runs as it should" : "does not run as it should"],
    ["version", `${version}, image ${image}`],
    ["release", `${number}${moment(release.at, now)}${by}`],
    ["rollout", rollout(status)],
    ...status.running.map((one): [string, string] => [one.name, instances(one)]),
    ...status.schedules.map((one): [string, string] => [one.name, schedule(one, now)]),
    ...(status.backup ? [["last backup", schedule(status.backup, now)] as [string, string]] : []),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${printable(name).padEnd(width)}  ${printable(text)}\n`).join("");
}

function rollout({ rollout: last, version }: Status): string {
  if (!last) return "none that Nomad remembers";
  const what = last.version === version ? "" : `of version ${last.version} `;
  const words: Readonly<Record<string, string>> = { running: "in progress", successful: "done" };
  const why = last.status === "successful" ? "" : `: ${last.description}`;
  return `${what}${words[last.status] ?? last.status}${why}`;
}

function instances({ healthy, wanted, kind, stopped, restarts, lastExitCode }: RunningStatus): string {
  if (wanted === 0) return "0 wanted";
  const short = stopped ? ", STOPPED" : healthy < wanted ? ", TOO FEW" : "";
  return `${healthy}/${wanted} healthy${kind === "singleton" ? " (singleton)" : ""}${short}${crashes(restarts, lastExitCode)}`;
}

function crashes(restarts: number, lastExitCode: number | undefined): string {
  const code = lastExitCode === undefined ? "" : `last exit code ${lastExitCode}`;
  const again = restarts === 0 ? "" : `restarted ${restarts} time${restarts === 1 ? "" : "s"}`;
  // An end of an instance that was replaced without a crash is no news.
  if (again === "" && (code === "" || lastExitCode === 0)) return "";
  return ` (${[again, code].filter(Boolean).join(", ")})`;
}

function schedule({ enabled, stopped, runs, next }: ScheduleStatus, now: number): string {
  const last = runs.length > 0 ? runs.map((run) => ran(run, now)).join("; ") : "no run that Nomad remembers";
  if (stopped) return `${last}; STOPPED`;
  if (!enabled) return `${last}; switched off`;
  return `${last}; next ${next === undefined ? "unknown" : moment(next, now)}`;
}

function ran({ state, at }: RunStatus, now: number): string {
  return `${state === "failed" ? "FAILED" : state} ${moment(at, now)}`;
}

/** Such as `2026-11-28 03:30:00 UTC (13 hours ago)`. */
function moment(iso: string, now: number): string {
  const seconds = Math.round((Date.parse(iso) - now) / 1000);
  const units = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
    ["second", 1],
  ] as const;
  const [unit, size] = units.find(([, long]) => Math.abs(seconds) >= long) ?? units[3];
  const count = Math.round(Math.abs(seconds) / size);
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC (${seconds > 0 ? `in ${words}` : `${words} ago`})`;
}
