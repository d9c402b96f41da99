/**
 * The house rules of marginlab for `deno lint`, each with what to do instead.
 *
 * @module
 */
import { noClock, noConsole, noMathRandom, noPlatform, noSyncRead } from "./lint/banned.ts";
import { errorMessage } from "./lint/error_message.ts";
import { noDefaultExport, noExportedArrow } from "./lint/exports.ts";

const plugin: Deno.lint.Plugin = {
  name: "marginlab",
  rules: {
    "error-message": errorMessage,
    "no-clock": noClock,
    "no-console": noConsole,
    "no-default-export": noDefaultExport,
    "no-exported-arrow": noExportedArrow,
    "no-math-random": noMathRandom,
    "no-platform": noPlatform,
    "no-sync-read": noSyncRead,
  },
};

// deno-lint-ignore marginlab/no-default-export -- `deno lint` reads the default export
export default plugin;
