import { readFileSync } from "node:fs";
import tseslint from "typescript-eslint";

/** Of several that match a file the last one counts alone: each says everything about its files. */
function mustNotImport(files, patterns, ignores = []) {
  return { files, ignores, rules: { "no-restricted-imports": ["error", { patterns }] } };
}

/** Folders of this project, as imports name them. */
const folders = (...names) =>
  names.flatMap((name) => [`**/${name}/**`, `./${name}/*`, `@django-nomad/${name}`]);

/** Every part of a folder but these. */
const otherThan = (folder, ...parts) => [`**/${folder}/*`, ...parts.map((part) => `!**/${folder}/${part}`)];

const around = {
  group: folders("commands", "local", "offline", "bench", "test"),
  message:
    "The program knows nothing of what runs it, of this machine, of its tests or of what they measure.",
};

/** Folders that work without Pulumi. */
const pure = new Set(["jobspec", "gate"]);
const noPulumi = { group: ["@pulumi/*"], message: "Plain settings in, plain data out: no Pulumi here." };

/** Folders of components/, from low to high. Folders side by side know nothing of each other. */
const layers = JSON.parse(readFileSync(new URL("components/folders.json", import.meta.url), "utf8"));

/** A path that leaves its folder in a roundabout way, which the patterns below could not follow. */
const roundabout = String.raw`^(\./)+\.\.|[^./][^/]*/\.\.(/|$)|//|/\./`;

/** How deep the folders of components/ go. */
const depths = [1, 2, 3];

/** Arrows between the folders of components/ point down: of what is outside its folder, a file imports from those alone. */
const arrows = layers.flatMap((layer, height) =>
  layer.flatMap((folder) => {
    const below = layers.slice(0, height).flat();
    return depths.map((depth) => {
      const out = String.raw`^\.\.(/\.\.){${depth - 1}}(/?$|/(?!(${below.join("|")})(/|$)))`;
      const upwards = {
        regex: `${out}|${roundabout}`,
        message: `components/${folder} imports only from the folders below it (components/folders.json): move what both need down.`,
      };
      return mustNotImport(
        [`components/${folder}/${"*/".repeat(depth - 1)}*`],
        [around, upwards, ...(pure.has(folder) ? [noPulumi] : [])],
      );
    });
  }),
);

/** The library knows nothing of the program, and the program's settings nothing of its index. */
const outside = {
  regex: String.raw`^\.\.(/|$)|${roundabout}`,
  message: "components/ is a library of its own: it imports nothing from outside.",
};
const index = {
  regex: String.raw`^\./?(index)?$`,
  message: "index.ts imports settings.ts, not the other way round.",
};

const failOneWay =
  "A line in red must end the command red: throw a Failure (components/messages/failure.ts), or explainFailure what Pulumi counts as failed.";

export default tseslint.config(
  {
    // The SDK is checked against its schema, in the shape that Pulumi's own packages have.
    ignores: ["node_modules/", ".local/", "sdks/*/bin/", "sdks/**/*.js", "sdks/**/*.d.ts", "examples/"],
  },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strict],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // The rules that need types: few, since every one of them waits for the compiler.
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/no-unsafe-argument": "error",
      "@typescript-eslint/no-unsafe-assignment": "error",
      "@typescript-eslint/no-unsafe-call": "error",
      "@typescript-eslint/no-unsafe-member-access": "error",
      "@typescript-eslint/no-unsafe-return": "error",
      "@typescript-eslint/no-unnecessary-type-assertion": "error",
      // A default case is an answer to all others.
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      // A main function may return an exit code, or nothing.
      "@typescript-eslint/no-invalid-void-type": "off",
    },
  },
  {
    files: ["*.ts", "settings/**", "components/**"],
    ignores: ["components/messages/failure.ts", "components/messages/say.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        // Each spelling: pulumi.log.error, log.error, ["error"], const { error } = pulumi.log.
        ...["[object.name='log']", "[object.property.name='log']"].flatMap((object) => [
          { selector: `MemberExpression${object}[property.name='error']`, message: failOneWay },
          { selector: `MemberExpression${object}[property.value='error']`, message: failOneWay },
        ]),
        // What is said may quote others.
        {
          selector: "MemberExpression[object.property.name='log'][property.name=/^(debug|info|warn)$/]",
          message:
            "Say it through components/messages/say.ts: text of others must be printable before Pulumi sees it.",
        },
        {
          selector: "VariableDeclarator[init.property.name='log'] Property[key.name='error']",
          message: failOneWay,
        },
        {
          selector: "Identifier[name=/^(Run|Resource)Error$/]",
          message: failOneWay,
        },
      ],
    },
  },
  mustNotImport(["*.ts", "components/**"], [around]),
  mustNotImport(["settings.ts"], [around, index]),
  mustNotImport(["components/*"], [around, outside]),
  ...arrows,
  // The workshop: each of its folders can be deleted without those that it may not import.
  mustNotImport(
    ["commands/**"],
    [
      {
        group: folders("local", "offline", "bench", "test"),
        message: "What operators run does without the workshop: see commands/pulumi/laptop.ts.",
      },
    ],
  ),
  mustNotImport(
    ["local/**"],
    [
      {
        group: folders("bench", "test"),
        message: "What sets up a laptop knows nothing of tests and measurements.",
      },
    ],
    ["local/test/**"],
  ),
  mustNotImport(
    ["offline/**"],
    [
      {
        group: [
          ...folders("commands", "local", "bench", "test"),
          ...otherThan("components", "messages", "nomad"),
        ],
        message:
          "Stand-ins are a package of their own: of this project they take what makes text printable, and Nomad's addresses and refusals.",
      },
    ],
    ["offline/test/**"],
  ),
);
