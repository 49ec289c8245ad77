export * from "./aclPolicy";
export * from "./dynamicHostVolume";
export * from "./getAllocations";
export * from "./getDeployments";
export * from "./getJob";
export * from "./job";
export * from "./namespace";
export * from "./provider";
export * from "./variable";
import * as types from "./types";

export { types };
