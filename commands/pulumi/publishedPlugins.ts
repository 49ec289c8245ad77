/** Pulumi's plugins: which ones a run needs, which of the published ones this machine has, and what stands in. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  symlinkSync,
} from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { repoRoot, stateDir } from "../base/paths";
import { UserError } from "../base/step";
import { onPath } from "../base/onPath";

export interface Plugin {
  kind: "resource" | "language";
  name: string;
  /** Of the published plugin that the SDK asks for. */
  version: string;
}

/** This clone's own: its plugin cache holds links. */
export const pulumiHome = join(stateDir, "pulumi-home");

/** Where Pulumi's own commands put plugins. */
export function usersPulumiHome(): string {
  return process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
}

function sdkVersion(sdk: string): string {
  const manifest = JSON.parse(
    readFileSync(join(repoRoot, "node_modules", "@pulumi", sdk, "package.json"), "utf8"),
  ) as { version: string; pulumi?: { version?: string } };
  return manifest.pulumi?.version ?? manifest.version;
}

/** Every plugin that a run of the program starts. */
function requiredPlugins(): Plugin[] {
  return [
    ...["nomad", "docker", "postgresql", "random"].map((name): Plugin => ({
      kind: "resource",
      name,
      version: sdkVersion(name),
    })),
    { kind: "language", name: "nodejs", version: "1.0.0" },
  ];
}

const executable = ({ kind, name }: Plugin): string => `pulumi-${kind}-${name}`;
const folderOf = ({ kind, name, version }: Plugin): string => `${kind}-${name}-v${version}`;

/** The file of the published plugin, in the user's own plugin cache or, of a full installation, beside its CLI. */
function published(plugin: Plugin, pulumi: string): string | undefined {
  const folder = join(usersPulumiHome(), "plugins", folderOf(plugin));
  const places = plugin.kind === "language" ? languageHosts(plugin, pulumi) : [folder];
  return places
    .filter((place) => !existsSync(`${place}.partial`)) // Pulumi has not finished such a folder.
    .map((place) => join(place, executable(plugin)))
    .find((file) => existsSync(file));
}

/** Where a language host may be: it comes with the CLI, in whichever way that was installed, and any version will do. */
function languageHosts({ kind, name }: Plugin, pulumi: string): string[] {
  const home = usersPulumiHome();
  const inside = (folder: string): string[] =>
    existsSync(join(home, folder))
      ? readdirSync(join(home, folder)).map((entry) => join(home, folder, entry))
      : [];
  const versions = inside("versions");
  const plugins = inside("plugins").filter((path) => basename(path).startsWith(`${kind}-${name}-v`));
  return [
    dirname(realpathSync(pulumi)),
    join(home, "bin"),
    ...versions.flatMap((folder) => [folder, join(folder, "bin")]),
    ...plugins,
  ];
}

/** Plugins of which this machine has only the stand-in. @param pulumi the CLI. */
export function missingPlugins(pulumi: string): Plugin[] {
  return requiredPlugins().filter((plugin) => !onPath(executable(plugin)) && !published(plugin, pulumi));
}

/**
 * Fills the clone's plugin cache with a link to each published plugin that the machine has, and to the offline
 * stand-in where it has none. A plugin on PATH goes before both.
 * @param standIns folder of the stand-ins' executables; may be unset when no plugin is missing.
 */
export function linkPlugins(pulumi: string, standIns = ""): void {
  for (const plugin of requiredPlugins()) {
    if (onPath(executable(plugin))) continue;
    const found = published(plugin, pulumi) ?? join(standIns, executable(plugin));
    link(join(pulumiHome, "plugins", folderOf(plugin)), executable(plugin), found);
  }
}

/**
 * Makes or changes a link. In one step, since another command of this clone may start the plugin, or make the same
 * link, at this very moment.
 */
export function link(folder: string, name: string, target: string): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() && readlinkSync(file) === target) return;
  const fresh = join(folder, `.${name}.${process.pid}`);
  symlinkSync(target, fresh);
  renameSync(fresh, file);
}

/**
 * What is said of a stack whose plugins this machine does not have.
 * @param pulumi the CLI, as it can be called.
 * @param hasStandIns offline stand-ins are there, which this stack may not use yet.
 */
export function missingPluginsError(
  stack: string,
  missing: readonly Plugin[],
  pulumi: string,
  hasStandIns: boolean,
): UserError {
  const providers = missing.filter(({ kind }) => kind === "resource");
  const names = [
    ...providers.map(({ name, version }) => `${name} ${version}`),
    ...(missing.length > providers.length ? ["the Node.js language host"] : []),
  ];
  const ways = [
    ...providers.map(({ name, version }) => `  ${pulumi} plugin install resource ${name} ${version}`),
    ...(missing.length > providers.length
      ? ["  the language host: a full installation of Pulumi, https://www.pulumi.com/docs/install/"]
      : []),
  ];
  return new UserError(
    `Stack ${stack} runs on Pulumi's published plugins, and this machine lacks ${names.join(", ")}. Nothing was changed. ` +
      `Get them:\n${ways.join("\n")}` +
      (hasStandIns ? `\n${offlineHint("this stack")}` : ""),
  );
}

/** The way without downloads. @param what runs so. */
export function offlineHint(what: string): string {
  return (
    `If you can't install them, DJANGO_NOMAD_OFFLINE=1 runs ${what} on the offline stand-ins that the dev stack uses ` +
    "(offline/README.md)"
  );
}
