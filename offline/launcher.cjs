#!/usr/bin/env node
// Compiling a bundle takes longer than running it: V8's compiled code is kept beside it and used again.
// This file is copied to the name of each executable; the bundle is in lib/ under that name.
const { readFileSync, existsSync, writeFileSync } = require("node:fs");
const { Module } = require("node:module");
const { basename, dirname, join } = require("node:path");
const { constants, Script } = require("node:vm");

const bundle = join(dirname(__filename), "lib", `${basename(__filename)}.cjs`);
const cache = `${bundle}.${process.version}.cache`;
const script = new Script(Module.wrap(readFileSync(bundle, "utf8")), {
  filename: bundle,
  cachedData: existsSync(cache) ? readFileSync(cache) : undefined,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});

if (process.env.DJANGO_NOMAD_WARM_UP === "1") {
  // The build runs each plugin once, up to its first word, to find out which functions a start needs.
  process.stdout.write = () => {
    writeFileSync(cache, script.createCachedData());
    process.exit(0);
  };
}
script.runInThisContext()(exports, require, module, __filename, __dirname);
