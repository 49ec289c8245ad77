/** What a test prints is shown as it is, without the place in the code that printed it. */
globalThis.console = require("node:console");
