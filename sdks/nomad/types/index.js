"use strict";

// Types only: at run time the namespaces are empty, as in the published package.
exports.input = {};
exports.output = {};
