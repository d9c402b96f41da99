/**
 * What the footer of a Parquet file says of its columns and row groups.
 *
 * Specification: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 *
 * @module
 */
import { type Cursor, damage } from "./cursor.ts";
import { readFields, readInteger, readList, readStruct, readText, type Take } from "./thrift.ts";

/** A column that holds values, or a field of a struct. */
export interface Leaf {
  /** Names from the column to the field. */
  readonly path: readonly string[];
  /** Physical type, a number of the specification. */
  readonly type: number;
  /** How its values are meant; `other` is anything that is neither an image nor a label. */
  readonly meaning: "plain" | "text" | "unsigned" | "other";
  /** Definition level of a value that is there. */
  readonly level: number;
  /** Whether it is, or lies in, a list. */
  readonly repeated: boolean;
}

/** The values of a column in a row group. */
export interface Chunk {
  /** Compression, a number of the specification. */
  readonly codec: number;
  /** Number of values. */
  readonly values: number;
  /** Offset of its first page. */
  readonly start: number;
  /** Its bytes in the file. */
  readonly packed: number;
  /** Its bytes when its pages are unpacked. */
  readonly unpacked: number;
}

/** The footer. */
export interface Footer {
  /** Number of rows. */
  readonly rows: number;
  /** Columns, in order. */
  readonly leaves: readonly Leaf[];
  /** Row groups, with a chunk for every leaf. */
  readonly groups: readonly { readonly rows: number; readonly chunks: readonly Chunk[] }[];
  /** Texts by key. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** An element of the schema, before its children. */
interface Element {
  name: string;
  type: number;
  repetition: number;
  children: number;
  meaning: Leaf["meaning"];
}

const OPTIONAL = 1, REPEATED = 2;
/** Deeper schemas are no image set's. */
const MAX_DEPTH = 16;

/**
 * Reads a footer.
 *
 * @throws {SyntaxError} if it is damaged.
 */
export function readFooter(cursor: Cursor): Footer {
  const { source, at } = cursor, metadata = new Map<string, string>();
  const elements: Element[] = [], groups: { rows: number; chunks: Chunk[] }[] = [], paths: string[][] = [];
  let rows = -1;
  readFields(cursor, {
    2: (type) => readList(cursor, type, (type) => elements.push(readElement(cursor, type))),
    3: (type) => rows = readInteger(cursor, type),
    4: (type) => readList(cursor, type, (type) => groups.push(readGroup(cursor, { type, paths }))),
    5: (type) => readList(cursor, type, (type) => readPair(cursor, { type, metadata })),
  });
  const leaves = leavesOf(elements, cursor);
  for (const { chunks } of groups) {
    if (chunks.length === leaves.length) continue;
    throw damage(source, at, `a footer whose row group has ${chunks.length} columns of ${leaves.length}`);
  }
  paths.forEach((path, i) => {
    if (path.join("\0") === leaves[i]?.path.join("\0")) return;
    throw damage(source, at, `a footer whose row groups have no column ${JSON.stringify(leaves[i]?.path.join("."))}`);
  });
  return { rows, leaves, groups, metadata };
}

function readPair(cursor: Cursor, { type, metadata }: { type: number; metadata: Map<string, string> }): void {
  let key = "", value = "";
  readStruct(cursor, type, {
    1: (type) => key = readText(cursor, type),
    2: (type) => value = readText(cursor, type),
  });
  metadata.set(key, value);
}

function readElement(cursor: Cursor, type: number): Element {
  const { source, at } = cursor;
  const element: Element = { name: "", type: -1, repetition: 0, children: 0, meaning: "plain" };
  let isNamed = false;
  readStruct(cursor, type, {
    1: (type) => element.type = readInteger(cursor, type),
    3: (type) => element.repetition = readInteger(cursor, type),
    4: (type) => (element.name = readText(cursor, type), isNamed = true),
    5: (type) => element.children = readInteger(cursor, type),
    6: (type) => element.meaning = convertedMeaning(readInteger(cursor, type)),
    10: (type) => element.meaning = readLogicalType(cursor, { type, meaning: element.meaning }),
  });
  if (isNamed && element.children >= 0) return element;
  throw damage(source, at, "a column without a name");
}

/** ConvertedType: UTF8 is 0, ENUM 4, UINT_8 to UINT_64 11 to 14, INT_8 to INT_64 15 to 18. */
function convertedMeaning(type: number): Leaf["meaning"] {
  if (type === 0 || type === 4) return "text";
  if (type >= 11 && type <= 14) return "unsigned";
  return type >= 15 && type <= 18 ? "plain" : "other";
}

/** LogicalType, a union: STRING is 1, ENUM 4, INTEGER 10, whose field 2 says whether it is signed. */
function readLogicalType(
  cursor: Cursor,
  { type, meaning }: { type: number; meaning: Leaf["meaning"] },
): Leaf["meaning"] {
  const other: Take = (type) => (readStruct(cursor, type, {}), meaning = "other");
  const text: Take = (type) => (readStruct(cursor, type, {}), meaning = "text");
  const integer: Take = (type) =>
    readStruct(cursor, type, { 2: (sign) => meaning = sign === 1 ? "plain" : "unsigned" });
  readStruct(cursor, type, { 1: text, 4: text, 5: other, 6: other, 7: other, 8: other, 10: integer, 12: other });
  return meaning;
}

/** Reads a row group; `paths` takes the paths of the first one, which stand for all. */
function readGroup(cursor: Cursor, { type, paths }: { type: number; paths: string[][] }): Footer["groups"][number] & {
  chunks: Chunk[];
} {
  const isFirst = paths.length === 0, chunks: Chunk[] = [];
  let rows = -1;
  readStruct(cursor, type, {
    1: (type) =>
      readList(cursor, type, (type) => {
        const path: string[] = [];
        chunks.push(readChunk(cursor, { type, path: isFirst ? path : undefined }));
        if (isFirst) paths.push(path);
      }),
    3: (type) => rows = readInteger(cursor, type),
  });
  return { rows, chunks };
}

function readChunk(cursor: Cursor, { type, path }: { type: number; path: string[] | undefined }): Chunk {
  const { source, at } = cursor;
  let codec = -1, values = -1, packed = -1, unpacked = -1, data = -1, dictionary = 0, isElsewhere = false;
  const integer = (set: (value: number) => void): Take => (type) => set(readInteger(cursor, type));
  readStruct(cursor, type, {
    1: (type) => isElsewhere = readText(cursor, type) !== "",
    3: (type) =>
      readStruct(cursor, type, {
        ...path && { 3: (type: number) => readList(cursor, type, (type) => path.push(readText(cursor, type))) },
        4: integer((value) => codec = value),
        5: integer((value) => values = value),
        6: integer((value) => unpacked = value),
        7: integer((value) => packed = value),
        9: integer((value) => data = value),
        11: integer((value) => dictionary = value),
      }),
  });
  if (isElsewhere) throw damage(source, at, "a column in another file");
  return { codec, values, packed, unpacked, start: dictionary > 0 && dictionary < data ? dictionary : data };
}

function leavesOf(elements: readonly Element[], { source, at }: Cursor): Leaf[] {
  const leaves: Leaf[] = [];
  let next = 1;
  const walk = (parent: Pick<Leaf, "path" | "level" | "repeated">, children: number): void => {
    for (let i = 0; i < children; i++) {
      const element = elements[next++];
      if (!element || parent.path.length > MAX_DEPTH) throw damage(source, at, "a footer whose columns are no tree");
      const path = [...parent.path, element.name], { repetition, type, meaning } = element;
      const level = parent.level + (repetition === OPTIONAL || repetition === REPEATED ? 1 : 0);
      const place = { path, level, repeated: parent.repeated || repetition === REPEATED };
      if (element.children > 0) walk(place, element.children);
      else leaves.push({ ...place, type, meaning });
    }
  };
  walk({ path: [], level: 0, repeated: false }, elements[0]?.children ?? 0);
  if (next === elements.length) return leaves;
  throw damage(source, at, `a footer with ${elements.length} parts of columns, ${next} in their tree`);
}
