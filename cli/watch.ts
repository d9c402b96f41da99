/**
 * `watch EXPERIMENT`: shows a running sweep in a browser on this machine.
 *
 * @module
 */
import type { Command } from "commander";
import { openStore, type Store } from "../experiments/store.ts";
import { checkExperimentName } from "../experiments/store/paths.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./exit.ts";
import { examples, naturalNumber, outOption, positiveNumber } from "./options.ts";
import { findExperiment } from "./table.ts";
import { type LiveServer, serveLive } from "./watch/server.ts";
import { SweepWatcher } from "./watch/watcher.ts";

/** Where it serves, unless that is taken. */
const PORT = 8123;
/** Ports that are tried from there. */
const TRIED = 20;

/** Flags of `watch`. */
interface WatchOptions {
  readonly out: string;
  readonly port?: number;
  readonly every: number;
}

/** Adds the command. */
export function registerWatch(program: Command, context: Context): void {
  program.command("watch").argument("<experiment>", "folder of an experiment, or its name; it need not be there yet")
    .description(
      "Show a sweep in a browser while it runs: progress, losses, failures, the table so far. Only this machine reaches " +
        "the page, and nothing is written; it may be started, ended and started again at any time.",
    )
    .option("--port <n>", `port on 127.0.0.1, 0 for any; by default ${PORT}, or the next that is free`, naturalNumber)
    .option("--every <seconds>", "seconds between two looks at the folder", positiveNumber, 2)
    .addOption(outOption())
    .addHelpText("after", examples("watch results/omniglot-table2", "watch my-margins --port 8200"))
    .action(async (where: string, { out, port, every }: WatchOptions) => {
      const { store, experiment } = await placeOf(where, out);
      const watcher = new SweepWatcher(store, experiment);
      const options = { experiment, look: () => watcher.look(), interval: 1000 * every };
      const server = serveAt(port === undefined ? ports() : [port], options);
      context.io.out(
        `Watching ${store.root}/${experiment} at http://127.0.0.1:${server.port}/ (Ctrl-C ends this, not the sweep)\n`,
      );
      await server.finished;
    });
}

/** The experiment that a path or a name means, as `table` finds it; one that is not there yet is waited for. */
async function placeOf(where: string, out: string): Promise<{ store: Store; experiment: string }> {
  try {
    return await findExperiment(where, out);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const path = where.replace(/\/+$/, ""), at = path.lastIndexOf("/");
    const experiment = checkExperimentName(path.slice(at + 1));
    return { store: openStore(at < 0 ? out : path.slice(0, at) || "/"), experiment };
  }
}

function ports(): number[] {
  return Array.from({ length: TRIED }, (_, i) => PORT + i);
}

function serveAt(ports: readonly number[], options: Omit<Parameters<typeof serveLive>[0], "port">): LiveServer {
  for (const port of ports) {
    try {
      return serveLive({ ...options, port });
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  const [first, last] = [ports[0], ports.at(-1)];
  const found = first === last ? `port ${first} is taken` : `ports ${first} to ${last} are taken`;
  throw new UsageError(`Cannot serve: ${found}; name another with --port, or 0 for any that is free`);
}
