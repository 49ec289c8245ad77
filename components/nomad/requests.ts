/** The right that Nomad asks for before it answers a request. Pure. */
import type { Right } from "./right";

type Asked = Pick<Right, "capability" | "on">;

interface Kind {
  method: RegExp;
  path: RegExp;
  right: (path: string, query: string) => Asked;
}

const namespace = (capability: string) => (): Asked => ({ capability, on: "namespace" });
const variable =
  (capability: string) =>
  (path: string): Asked => ({ capability, on: { variable: path.replace("/v1/var/", "") } });

/** Of the requests that this program and the nomad provider make; the first that matches counts. */
const kinds: readonly Kind[] = [
  { method: /GET/, path: /^\/v1\/client\/fs\/logs\//, right: namespace("read-logs") },
  { method: /GET/, path: /^\/v1\/var\//, right: variable("read") },
  { method: /PUT|POST/, path: /^\/v1\/var\//, right: variable("write") },
  { method: /DELETE/, path: /^\/v1\/var\//, right: variable("destroy") },
  { method: /PUT|POST/, path: /^\/v1\/job\/.*\/plan$/, right: namespace("plan-job") },
  {
    method: /PUT|POST/,
    path: /^\/v1\/client\/allocation\/[^/]+\/signal$/,
    right: namespace("alloc-lifecycle"),
  },
  { method: /PUT|POST/, path: /^\/v1\/deployment\/fail\//, right: namespace("fail-deployment") },
  { method: /PUT|POST/, path: /^\/v1\/jobs$/, right: namespace("register-job") },
  {
    method: /DELETE/,
    path: /^\/v1\/job\//,
    right: (_, query) => namespace(/purge=true/.test(query) ? "purge-job" : "deregister-job")(),
  },
  {
    method: /GET/,
    path: /^\/v1\/((job|evaluation|deployment|allocation|client\/allocation)\/|allocations$)/,
    right: namespace("read-job"),
  },
];

/** @returns undefined for a request that no capability of a policy decides. */
export function rightFor(method: string, path: string, query = ""): Asked | undefined {
  const kind = kinds.find((one) => one.method.test(method) && one.path.test(path));
  return kind?.right(path, query);
}
