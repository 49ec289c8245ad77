/** Where dumps of the database go, how many are kept, and when they are made. */
export interface BackupsArgs {
  /** Name of a host volume of Nomad's, static or dynamic. With backupBeforeMigrate instances run only where it is. */
  volume: string;
  /** Image with pg_dump and psql of the server's major version. @default that of `postgres` */
  image?: string;
  /** Dumps that are kept of each kind: those before migrations, and scheduled ones. @default 7 */
  keep?: number;
  /** When a job of its own dumps: cron with five fields, such as "30 3 * * *", or @daily. @default never */
  schedule?: string;
  /** Time zone of the schedule, such as "Europe/Paris". @default "UTC" */
  timeZone?: string;
  /** MHz. @default 100 */
  cpu?: number;
  /** MB; a schema of thousands of tables needs more. @default 128 */
  memory?: number;
}
