/** Which jobs beside the application's should run: what a stack's file says, since Nomad can't tell who stopped one. Pure. */
import { backupTaskName } from "../../components/jobspec";

/**
 * Names of the singletons, the schedules and the scheduled backup: a job that was stopped and is not among them was removed.
 * @param config the program's own keys, as the stack's file has them.
 */
export function namedCompanions({
  processes,
  schedules,
  backups,
}: Readonly<Record<string, unknown>>): string[] {
  const singletons = Object.entries(mapOf(processes)).filter(
    ([, process]) => String(mapOf(process).singleton) === "true",
  );
  return [
    ...singletons.map(([name]) => name),
    ...Object.keys(mapOf(schedules)),
    ...(mapOf(backups).schedule === undefined ? [] : [backupTaskName]),
  ];
}

/** `pulumi config set KEY JSON` leaves a text in the file; anything else that is no map names nothing. */
function mapOf(value: unknown): Record<string, unknown> {
  if (typeof value === "string" && value.startsWith("{")) {
    try {
      return mapOf(JSON.parse(value));
    } catch {
      return {}; // The program refuses it.
    }
  }
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return isMap ? (value as Record<string, unknown>) : {};
}
