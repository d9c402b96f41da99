/**
 * The command line. `deno task <command> --help` tells what each command does.
 *
 * @module
 */
import { processIo } from "./cli/io.ts";
import { main } from "./cli/program.ts";

if (import.meta.main) Deno.exit(await main(Deno.args, processIo(), Deno.exit));

export { main } from "./cli/program.ts";
export type { Io } from "./cli/io.ts";
