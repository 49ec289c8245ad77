/** The proxy that a shell names: Node's own `fetch` uses it only when it is told to, and only in newer versions. */

/**
 * What to say where a request failed; empty when no proxy is named, or Node uses it.
 * @param version of Node, such as v22.21.0.
 */
export function unusedProxy(env: NodeJS.ProcessEnv = process.env, version = process.version): string {
  const name = ["HTTPS_PROXY", "https_proxy"].find((variable) => env[variable]);
  if (name === undefined) return "";
  const [major, minor] = version.slice(1).split(".").map(Number);
  const isAble = major >= 24 || (major === 22 && minor >= 21);
  if (isAble && (env.NODE_USE_ENV_PROXY === "1" || env.NODE_OPTIONS?.includes("--use-env-proxy"))) return "";
  return (
    `${name} is set, and Node does not use it: that takes NODE_USE_ENV_PROXY=1 ` +
    `${isAble ? "" : `and Node 22.21 or 24 (this is ${version.slice(1)}) `}as well, and NO_PROXY=localhost,127.0.0.1`
  );
}
