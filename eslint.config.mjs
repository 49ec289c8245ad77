import { readFileSync } from "node:fs";
import tseslint from "typescript-eslint";

/** Of several that match a file the last one counts alone: each says everything about its files. */
function mustNotImport(files, ...patterns) {
  return { files, rules: { "no-restricted-imports": ["error", { patterns }] } };
}

const workshop = {
  group: ["**/local/**", "**/test/**", "**/bench/**", "./local/*", "./test/*", "./bench/*"],
  message: "The program knows nothing of this machine, of its tests or of what they measure.",
};

const noPulumi = { group: ["@pulumi/*"], message: "Plain settings in, plain data out: no Pulumi here." };
/** Folders that work without Pulumi. */
const pure = new Set(["jobspec", "gate"]);

/** Folders of components/, from low to high. Folders side by side know nothing of each other. */
const layers = JSON.parse(readFileSync(new URL("components/folders.json", import.meta.url), "utf8"));

/** Arrows between the folders of components/ point down. */
const arrows = layers.flatMap((layer, height) =>
  layer.map((folder) => {
    const above = layers
      .slice(height)
      .flat()
      .filter((name) => name !== folder);
    return mustNotImport([`components/${folder}/**`], workshop, ...(pure.has(folder) ? [noPulumi] : []), {
      regex: `^(\\.\\./)+(${[...above, "djangoApp", "index"].join("|")})(/|$)|^(\\.\\./)+$`,
      message: `components/${folder} stands below or beside that folder (components/folders.json): move what both need down.`,
    });
  }),
);

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
  mustNotImport(["*.ts", "settings/**", "components/**"], workshop),
  ...arrows,
  mustNotImport(["local/**"], {
    group: ["**/test/**", "**/bench/**"],
    message: "What users run knows nothing of its tests.",
  }),
);
