/** Rules about placement, volumes, logs and policies: what a Nomad server would refuse, said beforehand. */
import { formatSeconds, seconds } from "../jobspec";
import { defaults, type KnownArgs } from "./keys";
import type { Problem } from "./problem";
import { repeated, type Rule, when } from "./rule";

/** An allocation's disk, of which the logs are a part: Nomad's default. */
const diskMegabytes = 300;

type ConstraintArgs = NonNullable<KnownArgs["constraints"]>[number];

const withoutValue = ["is_set", "is_not_set"];

function comparison(key: string, given: ConstraintArgs): Problem[] {
  const { attribute, operator = defaults.constraints.operator, value } = given;
  if (operator === "distinct_hosts") {
    return when(
      attribute !== undefined,
      `${key}.attribute`,
      "has no effect with the operator distinct_hosts: remove it",
    );
  }
  if (attribute === undefined) {
    return [
      {
        key: `${key}.attribute`,
        message: `is required with the operator ${operator}, such as \${node.class}`,
      },
    ];
  }
  if (operator === "distinct_property") {
    return when(
      value !== undefined && !/^[1-9]\d*$/.test(value),
      `${key}.value`,
      `"${value}" is not how many instances may share a value: write a whole number from 1`,
    );
  }
  if (withoutValue.includes(operator)) {
    return when(
      value !== undefined,
      `${key}.value`,
      `has no effect with the operator ${operator}: remove it`,
    );
  }
  if (value === undefined || value === "") {
    return [{ key: `${key}.value`, message: `is required with the operator ${operator}` }];
  }
  return when(
    operator === "regexp" && !compiles(value),
    `${key}.value`,
    `"${value}" is not a regular expression: check its brackets`,
  );
}

function compiles(expression: string): boolean {
  try {
    return Boolean(new RegExp(expression.replace(/^\(\?[a-z]+\)/, "")));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

const compared = (key: "constraints" | "affinities"): Rule => ({
  keys: [`${key}.*`],
  problems: (given) =>
    (given[key] ?? []).flatMap((one: ConstraintArgs, index) => comparison(`${key}[${index}]`, one)),
});

export const placementRules: Rule[] = [
  compared("constraints"),
  compared("affinities"),
  {
    keys: ["spreads.*"],
    problems: ({ spreads = [] }) =>
      spreads.flatMap(({ targets = [] }, index) => {
        const sum = targets.reduce((total, { percent }) => total + percent, 0);
        const key = `spreads[${index}].targets`;
        return [
          ...when(sum > 100, key, `add up to ${sum} percent: 100 is the most`),
          ...repeated(
            targets.map(({ value }) => value),
            (item) => `${key}[${item}].value`,
          ),
        ];
      }),
  },
  {
    keys: ["logs.*"],
    problems: ({ logs }) => {
      const { maxFiles, maxFileSize } = { ...defaults.logs, ...logs };
      return when(
        maxFiles * maxFileSize >= diskMegabytes,
        "logs",
        `keep ${maxFiles} files of ${maxFileSize} MB, ${maxFiles * maxFileSize} MB, but an allocation's disk has ` +
          `${diskMegabytes} MB and must be larger: lower maxFiles or maxFileSize`,
      );
    },
  },
  {
    keys: ["restart.*"],
    problems: ({ restart }) => {
      const { attempts, delay, interval } = { ...defaults.restart, ...restart };
      const least = attempts * seconds(delay);
      return when(
        least > seconds(interval),
        "restart.interval",
        `is ${interval}, but ${attempts} restarts ${delay} apart take ${formatSeconds(Math.ceil(least))}: raise it, or lower attempts or delay`,
      );
    },
  },
  {
    keys: ["reschedule.*"],
    problems: ({ reschedule }) => {
      if (!reschedule) return [];
      const { attempts, interval, unlimited } = reschedule;
      const { delay, maxDelay, delayFunction } = { ...defaults.reschedule, ...reschedule };
      return [
        ...when(
          unlimited === true && attempts !== undefined,
          "reschedule.attempts",
          `is ${attempts}, but reschedule.unlimited is true: remove one of them`,
        ),
        ...when(
          attempts === undefined && unlimited === false,
          "reschedule.attempts",
          "is required with reschedule.unlimited false; 0 means never",
        ),
        ...when(
          Boolean(attempts) && unlimited !== true && interval === undefined,
          "reschedule.interval",
          `is required with reschedule.attempts: the time in which ${attempts} attempts are allowed, such as 1h`,
        ),
        ...when(
          delayFunction !== "constant" && seconds(maxDelay) < seconds(delay),
          "reschedule.maxDelay",
          `is ${maxDelay}, less than reschedule.delay (${delay}): raise it`,
        ),
      ];
    },
  },
];
