/**
 * How Node loads this project (`node --require ./loader.cjs`): TypeScript as it is, and quickly.
 * Types are checked by `npm test`, not here.
 */
const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { join, relative } = require("node:path");

if (!existsSync(join(__dirname, "node_modules"))) {
  process.stderr.write("error: the packages of this project are not installed: run `npm ci`\n");
  process.exit(1);
}

const cacheFolder = join(__dirname, "node_modules", ".cache", "django-nomad");

/**
 * What the Pulumi SDK loads at its start and few programs need: what serializes functions, and the Automation
 * API. More than two thirds of the time that loading the SDK takes. Each is loaded when one of its names is
 * first used.
 */
const loadedWhenUsed = ["typescript", "@npmcli/arborist", "normalize-package-data", "./automation"];

/** What the SDK's runner starts before a program, and this project's needs do without. */
const replaced = {
  // Lines are kept here, so they need no map; with it, the stack that the SDK takes for each promise and each
  // resource would be looked up in the SDK's own maps: a quarter of a small program's processor time.
  "source-map-support/register": () => ({}),
  // V8's inspector, for functions that are serialized. It is started when one is, and costs as much again.
  "../../runtime/closure/v8Hooks": (loaded) => ({ ...loaded(), isInitializedAsync: async () => undefined }),
};

const load = Module._load;
Module._load = function (request, parent, ...rest) {
  const bySdk = /@pulumi.pulumi\b/.test(parent?.filename ?? "");
  const loaded = () => load.call(this, request, parent, ...rest);
  if (!bySdk) return loaded();
  if (Object.hasOwn(replaced, request)) return replaced[request](loaded);
  if (!loadedWhenUsed.includes(request)) return loaded();
  // Found now, so that the SDK still notices when the module is not there.
  Module._resolveFilename(request, parent);
  return new Proxy(
    {},
    {
      get(_, name) {
        // The SDK takes a module that marks itself as it is; any other it would copy, name by name.
        if (name === "__esModule") return true;
        const real = loaded();
        return name === "default" && !real.__esModule ? real : real[name];
      },
    },
  );
};

/** The file's JavaScript, line for line. A file that did not change is not transpiled again. */
function transpiled(file) {
  const source = readFileSync(file, "utf8");
  const name = relative(__dirname, file);
  const cached = join(cacheFolder, `${createHash("sha256").update(name).digest("hex")}.js`);
  const key = `// ${createHash("sha256").update(source).update(version()).digest("hex")}`;
  const before = readCached(cached);
  if (before.endsWith(key)) return before;
  const { transform } = require("sucrase");
  const { code } = transform(source, { transforms: ["imports", "typescript"], filePath: file });
  const after = `${code}\n${key}`;
  keep(cached, after);
  return after;
}

let sucraseVersion;
function version() {
  return (sucraseVersion ??= require("sucrase/package.json").version);
}

function readCached(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // Not transpiled before.
  }
}

function keep(file, content) {
  const partial = `${file}.${process.pid}`;
  try {
    mkdirSync(cacheFolder, { recursive: true });
    writeFileSync(partial, content);
    renameSync(partial, file);
  } catch (error) {
    // Where node_modules can't be written the program runs all the same, a little slower.
    if (!["EACCES", "EPERM", "EROFS", "ENOSPC"].includes(error.code)) throw error;
  }
}

Module._extensions[".ts"] = (module, file) => module._compile(transpiled(file), file);
