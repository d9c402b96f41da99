/**
 * Resolves `output`: what is written and how often, and the sinks that hear the runs.
 *
 * @module
 */
import type { OutputSettings, ResolvedRun, Section } from "../resolved.ts";
import { didYouMean, listNames } from "../../registry/nearest.ts";
import { checkObject } from "./check.ts";
import type { Problems } from "./error.ts";
import { resolvePlugin, type Resolver, wantMap } from "./plugin.ts";
import { elements } from "./sections.ts";
import { outputShape } from "./shape.ts";
import { child, type MapNode, mapNode } from "./tree.ts";

/** Notes names of `evaluateOnly` that no row evaluates. */
export function checkEvaluateOnly(
  problems: Problems,
  root: MapNode,
  { evaluateOnly = [] }: Pick<OutputSettings, "evaluateOnly">,
  runs: readonly Pick<ResolvedRun, "evaluate">[],
): void {
  const known = [...new Set(runs.flatMap(({ evaluate }) => evaluate.map(({ name }) => name)))];
  for (const name of evaluateOnly.filter((name) => !known.includes(name))) {
    const wanted = known.length > 0 ? `wanted one of ${listNames(known)}` : "and there is no evaluation at all";
    problems.add(
      child(child(root, "output"), "evaluateOnly")!.at,
      `Cannot evaluate only "${name}": no row has an evaluation of this name, ${wanted}${didYouMean(name, known)}`,
    );
  }
}

/** Checks the section of a manifest and fills its defaults in; `undefined` if there was a problem, which has been noted. */
export function resolveOutput(resolver: Resolver, root: MapNode): OutputSettings | undefined {
  const { problems } = resolver;
  const map = wantMap(problems, child(root, "output") ?? mapNode([], root.at), "output", "{ logEvery: 10 }");
  if (!map) return undefined;
  const plain = checkObject(problems, map, outputShape, { what: "output", skip: ["log"] });
  const log = elements(resolver, child(map, "log"), "output.log", (node, where) => {
    const sink = resolvePlugin(resolver, node, "sink", { where });
    return sink && { section: sink.section, at: node.at };
  });
  if (!plain || !log) return undefined;
  const names = new Set<unknown>();
  for (const { section: { name }, at } of log) {
    if (names.has(name)) problems.add(at, `Duplicate sink "${name}" of output.log: another one has this name`);
    names.add(name);
  }
  const sinks: Section[] = log.map(({ section }) => section);
  if (plain.evaluateOnly !== undefined && plain.evaluateEvery === undefined) {
    problems.add(
      child(map, "evaluateOnly")!.at,
      "Cannot use output.evaluateOnly: output.evaluateEvery is left out, write both, such as evaluateEvery: 500",
    );
  }
  return { ...plain as unknown as OutputSettings, ...sinks.length > 0 ? { log: sinks } : {} };
}
