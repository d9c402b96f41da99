/**
 * The command line. `deno task <command> --help` tells what each command does.
 *
 * @module
 */
import { processIo } from "./cli/io.ts";
import { main } from "./cli/program.ts";

if (import.meta.main) {
  await silenceVulkan();
  Deno.exit(await main(Deno.args, processIo({ child: Deno.args.includes("--child") }), Deno.exit));
}

export { main } from "./cli/program.ts";
export type { Io } from "./cli/io.ts";

/** Mesa complains on standard error when this variable is not set, though it needs it for windows alone. */
async function silenceVulkan(): Promise<void> {
  const name = "XDG_RUNTIME_DIR";
  const { state } = await Deno.permissions.query({ name: "env", variable: name });
  if (Deno.build.os === "linux" && state === "granted" && !Deno.env.get(name)) Deno.env.set(name, "/tmp");
}
