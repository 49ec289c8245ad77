/** From what a machine has to what it lacks: nothing is asked here, so that each answer can be tested. */
import { type Disk, diskNeed, inGb, memoryNeed } from "./needs";

export type ToBuild = "pulumi" | "nomad";

/** What {@link lacksOf} judges by. */
export interface Facts {
  platform: string;
  root: boolean;
  user: string;
  /** There is an apt-get. */
  apt: boolean;
  docker: {
    /** There is a `docker` to ask with. */
    client: boolean;
    /** "slow": not within the time that this look has. */
    daemon: "answers" | "slow" | "silent";
    /** The client's own words, when the daemon is silent. */
    says?: string;
    /** Of DOCKER_HOST. */
    host?: string;
    /** There is a `dockerd` to start. */
    startable: boolean;
  };
  /** Neither on PATH nor in the cache. */
  toolsToBuild: ToBuild[];
  go?: {
    /** For example 1.26.8. */
    version: string;
    /** It may get a newer one by itself. */
    fetchesNewer: boolean;
  };
  /** Sample images that are not there; undefined while no Docker can be asked. */
  imagesToMake?: string[];
  python: boolean;
  /** Programs of the tests' own that are not on PATH; none for `npm start`. */
  testPrograms: string[];
  /** MB that new processes can have. */
  memory: number;
  /** File systems, each once. */
  disks: Disk[];
  /** Undefined when this clone's Nomad agent runs already. */
  agentPorts?: { free: boolean; first: number; last: number };
}

/** One thing that is missing. */
export interface Lack {
  what: string;
  /** What to do about it. */
  remedy: string;
  /** False for what may turn out not to be needed: it is said, and nothing ends over it. */
  certain: boolean;
}

/** Of the modules in local/tools. */
const goVersion = "1.26";

/** Everything that this machine lacks, at once. */
export function lacksOf(facts: Facts): Lack[] {
  if (facts.platform !== "linux") return [notLinux(facts)];
  return [
    docker(facts),
    go(facts),
    images(facts),
    memory(facts),
    ...disks(facts),
    ports(facts),
    ...facts.testPrograms.map(testProgram),
  ].filter((one) => one !== undefined);
}

/** What is missing now and comes by itself, in words. */
export function comesByItself({ docker, toolsToBuild, imagesToMake }: Facts): string[] {
  const built =
    toolsToBuild.length > 0 ? [`${toolsToBuild.join(" and ")} (built with Go, some minutes each)`] : [];
  const daemon = docker.startable ? "Docker (started)" : "Docker (installed and started)";
  return [
    ...(docker.daemon === "silent" ? [daemon] : []),
    ...built,
    ...(imagesToMake?.length === 0 ? [] : ["the sample images (some 2 minutes)"]),
  ];
}

function lack(what: string, remedy: string): Lack {
  return { what, remedy, certain: true };
}

function notLinux({ platform }: Facts): Lack {
  return lack(
    `The dev stack, and the tests on real servers, run on Linux; this is ${platform}.`,
    "Use a Linux machine, a virtual one, or WSL 2. To deploy to a cluster elsewhere, plain `pulumi up` does here",
  );
}

const mayInstall = ({ root, apt }: Facts): boolean => root && apt;

function docker(facts: Facts): Lack | undefined {
  const { client, daemon, says, host, startable } = facts.docker;
  if (daemon === "answers" || mayInstall(facts)) {
    // Where apt can be used, only a daemon elsewhere is beyond help.
    return daemon === "silent" && client && host !== undefined ? elsewhere(host, says) : undefined;
  }
  if (!client) {
    return lack(
      `Docker is not installed (no \`docker\` on PATH). This command installs it only for root on Debian or Ubuntu.`,
      "Install Docker Engine and start it (https://docs.docker.com/engine/install/), or run the command as root there",
    );
  }
  if (daemon === "slow") {
    return {
      what: "Docker has not answered in time.",
      remedy: "It gets more time in the next steps. If it still does not answer, `docker version` says more",
      certain: false,
    };
  }
  if (host !== undefined) return elsewhere(host, says);
  if (facts.root && startable) return undefined;
  return lack(`Docker does not answer to user ${facts.user}.${quoted(says)}`, wayToDocker(facts));
}

function elsewhere(host: string, says?: string): Lack {
  return lack(
    `Docker at DOCKER_HOST=${host} does not answer.${quoted(says)}`,
    "Start it, or unset DOCKER_HOST",
  );
}

function quoted(says?: string): string {
  return says ? ` It says: ${says}` : "";
}

function wayToDocker({ user, docker: { says, startable } }: Facts): string {
  if (/permission denied/i.test(says ?? "")) {
    return `Add the user to the group, then log in again: sudo usermod -aG docker ${user}. Or run the command as root`;
  }
  return startable
    ? "Start it (sudo systemctl start docker), or run the command as root"
    : "Install Docker Engine and start it: https://docs.docker.com/engine/install/";
}

function go({ toolsToBuild, go }: Facts): Lack | undefined {
  if (toolsToBuild.length === 0) return undefined;
  const tools = toolsToBuild.join(" and ");
  const what = `${tools} ${toolsToBuild.length > 1 ? "are" : "is"} neither on PATH nor built before, and can't be downloaded; building takes Go ${goVersion}`;
  const remedy = `Install Go ${goVersion} or later (https://go.dev/dl/), or put ${tools} on PATH`;
  if (go === undefined) return lack(`${what}, which is not on PATH.`, remedy);
  if (go.fetchesNewer || isAtLeast(go.version, goVersion)) return undefined;
  return lack(`${what}; the one on PATH is ${go.version}.`, remedy);
}

function isAtLeast(version: string, wanted: string): boolean {
  const [major, minor] = version.split(".").map(Number);
  const [wantedMajor, wantedMinor] = wanted.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** Images are pulled, or made here where no registry can be reached: which of the two shows later. */
function images(facts: Facts): Lack | undefined {
  if (facts.imagesToMake?.length === 0 || mayInstall(facts)) return undefined;
  const missing = [
    facts.root ? "apt-get, which installs debootstrap" : "root, for debootstrap",
    ...(facts.python ? [] : ["Python 3 with pip"]),
  ];
  return {
    what: `The sample images are missing. If no image registry can be reached, this command builds them, which takes ${missing.join(", and ")}.`,
    remedy: "Check that `docker pull python:3.11-slim` works, or run the command as root on Debian or Ubuntu",
    certain: false,
  };
}

function memory(facts: Facts): Lack | undefined {
  const { megabytes, purpose } = memoryNeed(facts);
  if (facts.memory >= megabytes) return undefined;
  return lack(
    `${inGb(facts.memory)} of memory are free, and ${inGb(megabytes)} are needed ${purpose}.`,
    "Stop something, or give this machine or container more",
  );
}

function disks(facts: Facts): Lack[] {
  return facts.disks.flatMap((disk) => {
    const needed = disk.uses.reduce((sum, use) => sum + diskNeed(use, facts), 0);
    if (disk.free >= needed) return [];
    return lack(
      `${inGb(disk.free)} are free on the disk of ${disk.paths.join(", ")}, and ${inGb(needed)} are needed there.`,
      "Free some space: `docker system df` shows what Docker keeps, `go clean -cache` removes what Go does",
    );
  });
}

function ports({ agentPorts }: Facts): Lack | undefined {
  if (agentPorts === undefined || agentPorts.free) return undefined;
  const { first, last } = agentPorts;
  return lack(
    `A Nomad agent takes three ports of 127.0.0.1 that follow each other (4646 to 4648, or some hundreds more), and up to ${last} none of these is free from ${first} on.`,
    "Stop what holds them: `ss -ltnp` shows it",
  );
}

function testProgram(name: string): Lack {
  return lack(
    `The tests on real servers use ${name}, which is not on PATH.`,
    `Install it: sudo apt-get install ${name}`,
  );
}
