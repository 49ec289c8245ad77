/** The shape of the arguments about where and how Nomad runs the instances. */
import {
  affinityWeight,
  atLeast,
  attribute,
  duration,
  filledLine,
  fixedLine,
  line,
  megabytes,
  mountPath,
  registryHost,
  volumeSource,
} from "./names";
import { bool, filledList, input, integer, list, object, oneOf, secretText, text } from "./readers";

const affinityOperators = [
  "=", "!=", ">", ">=", "<", "<=", "regexp", "version", "semver",
  "set_contains", "set_contains_any", "is_set", "is_not_set",
] as const; // prettier-ignore

export const constraints = list(
  object({
    attribute,
    operator: oneOf(...affinityOperators, "distinct_hosts", "distinct_property"),
    value: line,
  }),
);

export const affinities = list(
  object({ attribute, operator: oneOf(...affinityOperators), value: line, weight: affinityWeight }, [
    "attribute",
  ]),
);

export const spreads = list(
  object(
    {
      attribute,
      weight: integer(1, 100),
      targets: list(object({ value: filledLine, percent: integer(0, 100) }, ["value", "percent"])),
    },
    ["attribute"],
  ),
);

export const volumes = list(
  object(
    {
      name: text("a volume's name: letters, digits, _, - and .", /^[A-Za-z0-9_.-]{1,128}$/),
      type: oneOf("host", "csi"),
      source: volumeSource,
      destination: mountPath,
      readOnly: bool,
      accessMode: oneOf(
        "single-node-reader-only",
        "single-node-single-writer",
        "single-node-multi-writer",
        "single-node-writer",
        "multi-node-reader-only",
        "multi-node-single-writer",
        "multi-node-multi-writer",
      ),
      attachmentMode: oneOf("file-system", "block-device"),
      perAlloc: bool,
      tasks: filledList(oneOf("migrate", "server"), '["server"]'),
    },
    ["name", "destination"],
  ),
);

export const logs = object({ maxFiles: integer(1, 1000), maxFileSize: megabytes(1, 100_000) });

export const restart = object({
  attempts: integer(0, 1000),
  delay: duration,
  interval: atLeast(5),
  mode: oneOf("fail", "delay"),
});

export const reschedule = object({
  attempts: integer(0, 1000),
  interval: duration,
  delay: atLeast(5),
  delayFunction: oneOf("constant", "exponential", "fibonacci"),
  maxDelay: duration,
  unlimited: bool,
});

export const registryAuth = object(
  {
    username: fixedLine,
    password: input(secretText),
    serverAddress: registryHost,
  },
  ["username", "password"],
);
