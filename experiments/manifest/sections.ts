/**
 * Resolves the sections of one row into a run: every plugin found, every default filled in.
 *
 * @module
 */
import type { AnyProtocol } from "../../evaluation/protocol.ts";
import { listNames } from "../../registry/nearest.ts";
import { checkNames, checkObject } from "./check.ts";
import type { Place } from "./error.ts";
import { remember, resolvePlugin, type Resolver, wantMap } from "./plugin.ts";
import { auxiliaryShape, evaluateShape, SECTION_HELP, trainShape } from "./shape.ts";
import { child, type MapNode, nodeOf, show, textOf, type TreeNode } from "./tree.ts";
import type { EvaluateSection, ResolvedRun, Section, TrainSection } from "../resolved.ts";

/** A run without what all rows share. */
export type RowRun = Omit<ResolvedRun, "seed" | "backend">;

/** Resolves the sections of a row; `undefined` if there was a problem, which has been noted. */
export function resolveRow(resolver: Resolver, row: MapNode): RowRun | undefined {
  const data = section(resolver, row, "data", resolveData);
  const backbone = section(resolver, row, "backbone", (node) => plugin(resolver, node, "backbone"));
  const weights = resolveWeights(resolver, child(row, "weights"));
  const head = section(resolver, row, "head", (node) => plugin(resolver, node, "head"));
  const auxiliary = section(resolver, row, "auxiliary", resolveAuxiliary, []);
  const optimizer = section(resolver, row, "optimizer", (node) => plugin(resolver, node, "optimizer"), { name: "sgd" });
  const schedule = section(resolver, row, "schedule", (node) => plugin(resolver, node, "schedule"));
  const train = section(resolver, row, "train", resolveTrain);
  const evaluate = section(resolver, row, "evaluate", resolveEvaluate);
  if (weights === undefined) return undefined;
  if (!data || !backbone || !head || !auxiliary || !optimizer || !schedule || !train || !evaluate) return undefined;
  return { data, backbone, weights, head, auxiliary, optimizer, schedule, train, evaluate };
}

type SectionName = keyof RowRun;

function section<T>(
  resolver: Resolver,
  row: MapNode,
  name: SectionName,
  resolve: (node: TreeNode, resolver: Resolver) => T | undefined,
  standard?: unknown,
): T | undefined {
  const node = child(row, name) ?? (standard === undefined ? undefined : defaultNode(resolver, row, name, standard));
  if (node) return remember(resolver, node, `${name} ${resolver.partial}`, () => resolve(node, resolver));
  if (!resolver.partial) {
    resolver.problems.add(row.at, `Missing section "${name}": ${SECTION_HELP[name]}${known(resolver, name)}`);
  }
}

function known({ registries }: Resolver, name: SectionName): string {
  if (name !== "backbone" && name !== "head" && name !== "schedule") return "";
  return `; known ${name}s are ${listNames(registries[name].names())}`;
}

/** The node of a section that the manifest leaves to its default: one for all rows. */
function defaultNode({ memory }: Resolver, row: MapNode, name: string, value: unknown): TreeNode {
  const anchors = defaults.get(memory) ?? new Map<string, TreeNode>();
  defaults.set(memory, anchors);
  if (!anchors.has(name)) anchors.set(name, nodeOf(value, row.at));
  return anchors.get(name)!;
}

const defaults = new WeakMap<WeakMap<TreeNode, unknown>, Map<string, TreeNode>>();

function plugin(
  resolver: Resolver,
  node: TreeNode,
  kind: "backbone" | "head" | "optimizer" | "schedule",
): Section | undefined {
  return resolvePlugin(resolver, node, kind, { where: kind })?.section;
}

function resolveData(node: TreeNode, resolver: Resolver): { train: Section } | undefined {
  const map = wantMap(resolver.problems, node, "data", "{ train: { reader: image-folder, path: … } }");
  if (!map) return undefined;
  checkNames(resolver.problems, map, "data", ["train"]);
  const train = child(map, "train");
  if (!train && !resolver.partial) missing(resolver, map.at, "train", "data", "the reader that training draws on");
  const resolved = train && resolvePlugin(resolver, train, "reader", { where: "data.train", gives: "images" });
  return resolved && { train: resolved.section };
}

/** The path of the weights, or `null` for none; `undefined` if there was a problem, which has been noted. */
function resolveWeights({ problems }: Resolver, node: TreeNode | undefined): string | null | undefined {
  if (!node) return null;
  const path = textOf(node);
  if (path !== undefined && path.endsWith(".safetensors")) return path;
  const found = node.type === "scalar" ? show(node.value) : node.type === "list" ? "a list" : "a mapping";
  problems.add(
    node.at,
    `Cannot use weights: found ${found}, wanted a path in the data folder that ends in .safetensors`,
  );
}

function resolveTrain(node: TreeNode, resolver: Resolver): TrainSection | undefined {
  const map = wantMap(resolver.problems, node, "train", "{ steps: 1200, batchSize: 128 }");
  if (!map) return undefined;
  const plain = checkObject(resolver.problems, map, trainShape, {
    what: "train",
    skip: ["augment", "sampler"],
    partial: resolver.partial,
  });
  const augment = elements(
    resolver,
    child(map, "augment"),
    "train.augment",
    (item, where) => resolvePlugin(resolver, item, "augmentation", { where })?.section,
  );
  const samplerNode = child(map, "sampler") ?? defaultNode(resolver, map, "sampler", { name: "shuffle" });
  const sampler = resolvePlugin(resolver, samplerNode, "sampler", { where: "train.sampler" })?.section;
  if (!plain || !augment || !sampler) return undefined;
  return { ...plain as Omit<TrainSection, "augment" | "sampler">, augment, sampler };
}

function resolveAuxiliary(node: TreeNode, resolver: Resolver): Section[] | undefined {
  return elements(resolver, node, "auxiliary", (item, where) => {
    const head = resolvePlugin(resolver, item, "head", { where, skip: ["weight"] });
    if (item.type !== "map") return undefined;
    const plain = checkKeys(resolver, item, auxiliaryShape, where);
    return head && plain && { name: head.plugin.name, ...plain, ...head.params };
  });
}

/**
 * Resolves a list of evaluations; `undefined` if there was a problem, which has been noted.
 *
 * @param shape The plain keys of each, which stand in the result beside `protocol` and `data`.
 */
export function resolveEvaluate(
  node: TreeNode,
  resolver: Resolver,
  shape: typeof evaluateShape = evaluateShape,
): EvaluateSection[] | undefined {
  const names = new Set<string>(), skip = [...Object.keys(shape.shape), "data"];
  return elements(resolver, node, "evaluate", (item, where) => {
    const protocol = resolvePlugin<AnyProtocol>(resolver, item, "protocol", { where, skip });
    if (item.type !== "map") return undefined;
    const plain = checkKeys(resolver, item, shape, where);
    const data = child(item, "data");
    if (!data && !resolver.partial) missing(resolver, item.at, "data", where, "the reader that the protocol measures");
    const gives = protocol?.plugin.wants;
    const reader = data && resolvePlugin(resolver, data, "reader", { where: `${where}.data`, gives });
    if (!plain || !protocol || !reader) return undefined;
    const name = String(plain["name"]);
    if (names.has(name)) resolver.problems.add(item.at, `Duplicate evaluation "${name}": another one has this name`);
    names.add(name);
    return { ...plain, name, protocol: protocol.section, data: reader.section };
  });
}

/** Checks the plain keys of a mapping that holds a plugin's parameters as well. */
function checkKeys(
  resolver: Resolver,
  node: MapNode,
  shape: typeof evaluateShape,
  what: string,
): Record<string, unknown> | undefined {
  const skip = [...node.entries.keys()].filter((key) => !(key in shape.shape));
  return checkObject(resolver.problems, node, shape, { what, skip, partial: resolver.partial });
}

/** Resolves each element of a list, none where it is left out; `undefined` if there was a problem, which has been noted. */
export function elements<T>(
  { problems }: Pick<Resolver, "problems">,
  node: TreeNode | undefined,
  where: string,
  resolve: (item: TreeNode, where: string) => T | undefined,
): T[] | undefined {
  if (!node) return [];
  if (node.type !== "list") {
    const found = node.type === "map" ? "a mapping" : show(node.value);
    problems.add(node.at, `Cannot use ${where}: found ${found}, wanted a list, in brackets or with a dash before each`);
    return undefined;
  }
  const all = node.items.map((item, i) => resolve(item, `${where}[${i}]`));
  return all.includes(undefined) ? undefined : all as T[];
}

function missing({ problems }: Resolver, at: Place, key: string, what: string, meaning: string): void {
  problems.add(at, `Missing key "${key}" of ${what}: ${meaning}`);
}
