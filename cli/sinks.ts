/**
 * The sinks of a sweep on the command line: whether they are opened, and whether they may reach their hosts.
 *
 * @module
 */
import type { OutputSettings } from "../experiments/resolved.ts";
import type { Registries } from "../registry/mod.ts";
import project from "../deno.json" with { type: "json" };
import { UsageError } from "./exit.ts";

/** What decides on sinks. */
export interface SinkChoice {
  readonly output: OutputSettings;
  readonly registries: Pick<Registries, "sink">;
}

/** Hosts that the sinks of a sweep connect to. */
export function sinkHosts(choice: SinkChoice): string[] {
  return [...hostsOf(choice).keys()];
}

/** The hosts, each with the name of a sink that connects to it. */
function hostsOf({ output: { log = [] }, registries }: SinkChoice): Map<string, string> {
  return new Map(log.flatMap(({ name, ...params }) => {
    const hosts = registries.sink.get(String(name)).hosts?.(params) ?? [];
    return hosts.map((host): [string, string] => [host, String(name)]);
  }));
}

/** Output settings as `--no-log` leaves them. */
export function withoutLog(output: OutputSettings, { log }: { readonly log?: boolean }): OutputSettings {
  return log === false ? { ...output, log: [] } : output;
}

/**
 * Holds sinks to the network that this process has, before anything is trained.
 *
 * @throws {UsageError} saying what to start instead.
 */
export async function checkSinkHosts(choice: SinkChoice, args: readonly string[] = Deno.args): Promise<void> {
  const barred: string[] = [], names = new Set<string>();
  for (const [host, name] of hostsOf(choice)) {
    const { state } = await Deno.permissions.query({ name: "net", host });
    if (state !== "granted") barred.push(host), names.add(name);
  }
  if (barred.length === 0) return;
  throw new UsageError(
    `Cannot log to ${[...names].join(", ")}: this process may not reach ${
      barred.join(", ")
    }; start this in its place, or leave the ` +
      `sinks out with --no-log:\n  ${commandWithNet(barred, args)}`,
  );
}

/** The command line that was given, with the network that it lacks. */
function commandWithNet(hosts: readonly string[], args: readonly string[]): string {
  const [name = "", ...rest] = args,
    words = rest.map((word) => /^[\w./=:@%+,-]+$/.test(word) ? word : quote(word)).join(" ");
  const tasks = project.tasks as Readonly<Record<string, { readonly command: string } | undefined>>;
  const local = hosts.every((host) => /^(?:127\.0\.0\.1|localhost):/.test(host));
  if (local && tasks[`${name}-net`]) return `deno task ${name}-net ${words}`;
  const command = tasks[name]?.command ?? `deno run --allow-read --allow-write=results cli.ts ${name}`;
  return `${command.replace("deno run", `deno run --allow-net=${hosts.join(",")}`)} ${words}`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
