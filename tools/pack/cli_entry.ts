/**
 * The command line as a bundle: started by a file that stands where `cli.ts` stands in the repository.
 *
 * @module
 */
import { processIo } from "../../cli/io.ts";
import { main } from "../../cli/program.ts";

Deno.exit(await main(Deno.args, processIo(), Deno.exit));
