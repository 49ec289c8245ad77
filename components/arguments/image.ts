/** Image references: what Docker takes, and what Nomad makes of them. */
import { refuse, textReader } from "./readers";

const component = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*$/;
const host =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\d+)?$/;

interface Reference {
  registry?: string;
  repository: string;
  tag?: string;
  digest?: string;
}

/** `[registry[:port]/]repository[:tag][@digest]`, taken apart; nothing is checked. */
function parts(image: string): Reference {
  const [name, digest] = image.split(/@(.*)/s);
  const [, path, tag] = /^(.*?)(?::([^/]*))?$/s.exec(name) ?? [];
  const [first, ...rest] = path.split("/");
  const isRegistry = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return isRegistry
    ? { registry: first, repository: rest.join("/"), tag, digest }
    : { repository: path, tag, digest };
}

/** What is wrong with a reference; undefined when it is right. */
function fault(image: string): string | undefined {
  const { registry, repository, tag, digest } = parts(image);
  if (/^[a-z]+:\/\//i.test(image)) return `: leave ${image.split("://")[0]}:// out`;
  if (registry !== undefined && !host.test(registry)) return `: "${registry}" is not a host with a port`;
  if (/[A-Z]/.test(repository)) {
    return `: repositories are lower case, write ${image.replace(repository, repository.toLowerCase())}`;
  }
  if (!repository.split("/").every((part) => component.test(part))) return "";
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag))
    return `: a tag has only letters, digits, _, . and -, unlike "${tag}"`;
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest)) {
    return ": its digest must be sha256: and 64 hexadecimal digits";
  }
  return undefined;
}

export const image = textReader("an image reference", (value, key, problems) => {
  const wrong = typeof value === "string" ? fault(value) : "";
  if (wrong === undefined) return value as string;
  return refuse(key, value, `an image reference such as registry.example.com/shop:1.4${wrong}`, problems);
});

/** Why a reference does not say which image it means; undefined when it does. */
export function movingTag(image: string): string | undefined {
  const { tag, digest } = parts(image);
  if (digest !== undefined || (tag !== undefined && tag !== "latest")) return undefined;
  return (
    `"${image}" ${tag === undefined ? "has no tag" : "has the tag latest"}: Nomad pulls it again at each start, so ` +
    "instances may differ and a rollback restores nothing. Give each release its own tag"
  );
}

/** Whether a reference names one image for good. */
export function hasDigest(image: string): boolean {
  return parts(image).digest !== undefined;
}

export function hasTagAndDigest(image: string): boolean {
  const { tag, digest } = parts(image);
  return tag !== undefined && digest !== undefined;
}

/** The registry that a reference names; undefined for Docker's own. */
export function registryOf(image: string): string | undefined {
  return parts(image).registry;
}
