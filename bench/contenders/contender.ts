/** What is compared: ways to get a Django site onto Nomad. */
import type { UpdateStrategyName } from "../../components/jobspec";
import type { Bed } from "../bed";

export const contenderNames = ["django-nomad", "nomad-pack", "nomad job run"] as const;
export type ContenderName = (typeof contenderNames)[number];

/** One state of a site that is to be reached. */
export interface Release {
  /** Of job and service. */
  job: string;
  image: string;
  count: number;
  /** Name of the database, which is there. */
  database: string;
  /** Other than the default, where a contender has the choice. */
  strategy?: UpdateStrategyName;
  /** Checks and waits of a second, where only the measuring is tried out. @default false: as in production */
  hurried?: boolean;
}

/** A command that has ended, with or without success. */
export interface Deployed {
  code: number;
  output: string;
  /** Milliseconds since the epoch. */
  begin: number;
  end: number;
}

export interface Contender {
  readonly name: ContenderName;
  /** Runs what a person types, to its end. */
  deploy(bed: Bed, release: Release): Promise<Deployed>;
}

/** The same for all. */
export const siteSettings = {
  check: { path: "/", interval: "10s", timeout: "5s" },
  // Docker gives out the processor by these: with fewer the sites would starve beside what deploys them.
  resources: { cpu: 1000, memory: 300 },
  env: { DEBUG: "off" },
} as const;
