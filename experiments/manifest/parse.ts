/**
 * YAML text to a tree with places: YAML 1.2 core, one document, no duplicate keys.
 *
 * @module
 */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type YAMLMap,
} from "yaml";
import type { Place, Problems } from "./error.ts";
import { type Entry, mapNode, type TreeNode } from "./tree.ts";

/** Aliases may make a document grow to at most this many values. */
const MAX_VALUES = 100_000;
/** Mappings and lists may be nested at most this deep. */
const MAX_DEPTH = 64;
/** A manifest may have at most this many characters. */
const MAX_LENGTH = 2 ** 20;

/** Where a piece of text stands, when it is not a whole file. */
export interface ParseOptions {
  /** Column of the text's first character. */
  readonly column?: number;
}

/**
 * Parses YAML text.
 *
 * @param text The text.
 * @param file Its name in messages.
 * @param problems Receives every syntax error.
 * @returns The tree, or `undefined` if there was a problem.
 */
export function parseTree(
  text: string,
  file: string,
  problems: Problems,
  { column = 1 }: ParseOptions = {},
): TreeNode | undefined {
  const before = problems.size;
  const place = placer(text, file, column);
  if (text.length > MAX_LENGTH) {
    const found = `found ${text.length} characters, wanted at most ${MAX_LENGTH}`;
    problems.add({ file, line: 1, column }, `Cannot read a manifest of this size: ${found}`);
    return undefined;
  }
  const document = parseQuietly(text);
  if (!document) {
    problems.add({ file, line: 1, column }, `Cannot read YAML: it is nested deeper than ${MAX_DEPTH} levels`);
    return undefined;
  }
  if (document.errors.some(({ message }) => message.includes("call stack"))) {
    problems.add(place(document.errors[0]!.pos[0]), `Cannot read YAML: it is nested deeper than ${MAX_DEPTH} levels`);
    return undefined;
  }
  for (const { code, message, pos } of [...document.errors, ...document.warnings].slice(0, 10)) {
    problems.add(place(pos[0]), `Cannot read YAML: ${explain(code, message)}`);
  }
  if (problems.size > before) return undefined;
  if (!document.contents) return { type: "scalar", value: null, at: { file, line: 1, column } };
  const tree = new Converter(problems, place).convert(document.contents, 0);
  return problems.size > before ? undefined : tree;
}

/** Turns offsets into places; the parser's own line counter is incomplete after a syntax error. */
function placer(text: string, file: string, firstColumn: number): (offset: number) => Place {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    const within = Math.min(offset, text.length);
    let low = 0, high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= within) low = middle;
      else high = middle - 1;
    }
    return { file, line: low + 1, column: within - starts[low]! + (low === 0 ? firstColumn : 1) };
  };
}

/** The document, or `undefined` where nesting exhausts the parser's stack. */
function parseQuietly(text: string): Document | undefined {
  try {
    return parseDocument(text, {
      prettyErrors: false,
      uniqueKeys: false,
      version: "1.2",
      logLevel: "error",
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The library's words for common slips, with what to do about them. */
function explain(code: string, message: string): string {
  const plain = message.replace(/\s+/g, " ").replace(/[.:;]$/, "");
  switch (code) {
    case "TAB_AS_INDENT":
      return "found a tab, indent with spaces";
    case "MULTIPLE_DOCS":
      return "found a second document after ---, wanted one document a file";
    case "TAG_RESOLVE_FAILED":
      return `${plain}, leave the tag out`;
    case "BLOCK_AS_IMPLICIT_KEY":
      return 'found a second colon in one line; put a value that holds ": " in quotes, or start a new line';
    case "BLOCK_IN_FLOW":
      return "found a new line of keys inside brackets; check that no comma or bracket is missing just before";
    case "MULTILINE_IMPLICIT_KEY":
      return "found a key that runs over two lines; check that it has its colon";
    case "BAD_INDENT":
      if (plain.startsWith("Flow")) {
        return `found a ${plain.startsWith("Flow map") ? "{" : "["} that is not closed before`;
      }
      return `${plain}; check the indentation and that brackets are closed`;
    case "MISSING_CHAR":
    case "UNEXPECTED_TOKEN":
      return `${plain}; check brackets, quotes and colons here and on the line before`;
    default:
      return plain;
  }
}

/** Thrown inside the converter to end it early; the problem has been noted. */
const STOP = Symbol("stop");

class Converter {
  readonly #anchors = new Map<string, { node: TreeNode; size: number }>();
  readonly #problems: Problems;
  readonly #place: (offset: number) => Place;
  #size = 0;

  constructor(problems: Problems, place: (offset: number) => Place) {
    this.#problems = problems;
    this.#place = place;
  }

  convert(node: unknown, depth: number): TreeNode | undefined {
    try {
      return this.#node(node as Node, depth, this.#place(0));
    } catch (error) {
      if (error === STOP) return undefined;
      throw error;
    }
  }

  #node(node: Node | null | undefined, depth: number, outer: Place): TreeNode {
    const at = node?.range ? this.#place(node.range[0]) : outer;
    if (isAlias(node)) return this.#alias(node, at);
    const start = this.#size;
    this.#count(1, at);
    if (depth > MAX_DEPTH) this.#stop(at, `it is nested deeper than ${MAX_DEPTH} levels`);
    const made = this.#content(node, depth, at);
    const anchor = (node as { anchor?: string } | null)?.anchor;
    if (anchor) this.#anchors.set(anchor, { node: made, size: this.#size - start });
    return made;
  }

  #content(node: Node | null | undefined, depth: number, at: Place): TreeNode {
    if (isMap(node)) return this.#map(node, depth, at);
    if (isSeq(node)) {
      return { type: "list", items: node.items.map((item) => this.#node(item as Node, depth + 1, at)), at };
    }
    const value = isScalar(node) ? node.value : null;
    const plain = value === null || ["string", "number", "boolean"].includes(typeof value);
    if (!plain) this.#stop(at, "found a value that is no text, number, true, false or null");
    return { type: "scalar", value: value as string | number | boolean | null, at };
  }

  #map(node: YAMLMap, depth: number, at: Place): TreeNode {
    const entries = new Map<string, Entry>();
    for (const { key, value } of node.items) {
      const keyNode = key as Node | null;
      const place = keyNode?.range ? this.#place(keyNode.range[0]) : at;
      const name = isScalar(keyNode) ? String(keyNode.value) : undefined;
      if (name === undefined || name === "__proto__") {
        this.#problems.add(place, "Cannot read YAML: found a key that is no plain word, wanted one such as head");
        continue;
      }
      const first = entries.get(name)?.key;
      if (first) {
        const where = `it is set at line ${first.line}, column ${first.column} already`;
        this.#problems.add(place, `Duplicate key "${name}": ${where}, keep one of them`);
        continue;
      }
      entries.set(name, { key: place, value: this.#node(value as Node | null, depth + 1, place) });
    }
    return mapNode(entries, at);
  }

  #alias(alias: Alias, at: Place): TreeNode {
    const target = this.#anchors.get(alias.source);
    if (!target) this.#stop(at, `the alias *${alias.source} stands before, or inside, its anchor &${alias.source}`);
    this.#count(target.size, at);
    return target.node;
  }

  #count(more: number, at: Place): void {
    this.#size += more;
    if (this.#size > MAX_VALUES) this.#stop(at, `its aliases expand to more than ${MAX_VALUES} values`);
  }

  #stop(at: Place, why: string): never {
    this.#problems.add(at, `Cannot read YAML: ${why}`);
    throw STOP;
  }
}
