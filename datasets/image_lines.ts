/**
 * Lists of images: a path and a label a line, in the forms that are about.
 *
 * @module
 */
import { type ClassIndex, createClassIndex } from "./class_index.ts";
import { csvRecords } from "./csv.ts";
import type { Files } from "./files.ts";
import { growingIntegers, type GrowingText, growingText } from "./growing.ts";
import { readLines } from "./text_lines.ts";

/** Forms of a list: that of MXNet's `im2rec`, comma-separated values, a path and a label parted by spaces or tabs. */
export type ListForm = "lst" | "csv" | "text";

/** Images of a list. */
export interface ImageLines extends ReturnType<ClassIndex["finish"]> {
  /** Path of each image as it stands in the list, without a leading `./`. */
  readonly paths: GrowingText;
  /** Line of each image, from 1. */
  readonly lines: Int32Array;
}

/** How a list is written. */
export interface ListLayout {
  /** Form; where absent, by the ending of the list's name: `.lst`, `.csv`, others are text. */
  readonly form?: ListForm | undefined;
  /** Titles of the columns of a `csv` list; where absent, a line holds a path and a label, and may be headed by these. */
  readonly columns?: { readonly path: string; readonly label: string } | undefined;
}

/**
 * Reads a list of images; empty lines are passed over.
 *
 * @throws {SyntaxError} if a line is not of the form, with the number of the line.
 */
export async function readImageLines(path: string, files: Files, { form, columns }: ListLayout): Promise<ImageLines> {
  const kind = form ?? (/\.(lst|csv)$/i.exec(path)?.[1]?.toLowerCase() as ListForm | undefined) ?? "text";
  if (columns && kind !== "csv") {
    throw new SyntaxError(`Cannot read "${path}" by the titles of its columns: it is read as ${kind}, set form: csv`);
  }
  const classes = createClassIndex(), paths = growingText(), lines = growingIntegers();
  const add = (image: string, label: string, line: number): void => {
    if (image === "" || label === "") {
      throw new SyntaxError(`Cannot read line ${line} of "${path}": the ${image === "" ? "path" : "label"} is empty`);
    }
    paths.push(image.replace(/^(\.\/)+/, "")), classes.add(label), lines.push(line);
  };
  const read = { lst: readLst, csv: csvReader(path, columns), text: readText }[kind];
  for await (const part of readLines(path, files)) {
    part.lines.forEach((line, i) => {
      if (kind === "csv" || line.trim() !== "") read.line({ text: line, number: part.first + i, path }, add);
    });
  }
  read.end?.();
  return { ...classes.finish(), paths, lines: lines.array() };
}

interface Line {
  readonly text: string;
  readonly number: number;
  readonly path: string;
}

interface LineReader {
  line(line: Line, add: (image: string, label: string, line: number) => void): void;
  end?(): void;
}

/** `index \t label … \t path`, where labels are floating-point numbers; the first one is the class. */
const readLst: LineReader = {
  line({ text, number, path }, add) {
    const fields = text.split("\t"),
      label = Number(fields[1]),
      wrong = (found: string) =>
        new SyntaxError(
          `Cannot read line ${number} of "${path}": ${found}, wanted index, label and path parted by tabs as im2rec writes`,
        );
    if (fields.length < 3) throw wrong(`found ${fields.length} columns`);
    if (!/^\d+(\.0*)?$/.test(fields[0]!.trim())) throw wrong(`found index ${JSON.stringify(fields[0])}`);
    if (fields[1]!.trim() === "" || !Number.isSafeInteger(label)) {
      throw wrong(`found label ${JSON.stringify(fields[1])}, a class is an integer`);
    }
    add(fields.at(-1)!, String(label), number);
  },
};

/** A path, which may hold spaces, and a label, which may not. */
const readText: LineReader = {
  line({ text, number, path }, add) {
    const [, image, label] = /^(.*\S)[ \t]+(\S+)$/.exec(text.trim()) ?? [];
    if (image === undefined || label === undefined) {
      throw new SyntaxError(
        `Cannot read line ${number} of "${path}": found ${
          JSON.stringify(text.slice(0, 200))
        }, wanted a path and a label`,
      );
    }
    add(image, label, number);
  },
};

function csvReader(path: string, titles: ListLayout["columns"]): LineReader {
  const records = csvRecords(path);
  let places: { path: number; label: number; count: number } | undefined;
  /** The first line, where its path has no ending such as .jpg. */
  let bare: { path: string; label: string } | undefined;
  return {
    line({ text, number }, add) {
      const record = records.add(text, number);
      if (!record) return;
      const { fields, line } = record;
      if (!places && titles) {
        places = { path: fields.indexOf(titles.path), label: fields.indexOf(titles.label), count: fields.length };
        const unknown = places.path < 0 ? titles.path : places.label < 0 ? titles.label : undefined;
        if (unknown === undefined) return;
        throw new SyntaxError(
          `Cannot find column "${unknown}" of "${path}": line ${line} has the titles ${JSON.stringify(fields)}`,
        );
      }
      const first = !places;
      places ??= { path: 0, label: 1, count: 2 };
      if (fields.length !== places.count) {
        throw new SyntaxError(
          `Cannot read line ${line} of "${path}": found ${fields.length} columns, ${places.count} are wanted` +
            (titles ? "" : "; set columns: { path: …, label: … } to the titles of the first line"),
        );
      }
      if (first && fields[0] === "path" && fields[1] === "label") return;
      if (first) bare = /\.\w+$/.test(fields[0]!.trim()) ? undefined : { path: fields[0]!, label: fields[1]! };
      else if (bare && /\.\w+$/.test(fields[0]!.trim())) {
        throw new SyntaxError(
          `Cannot read line 1 of "${path}" as an image: ${
            JSON.stringify(bare.path)
          } has no ending and the paths below ` +
            `have; for titles set columns: { path: ${bare.path}, label: ${bare.label} }`,
        );
      }
      add(fields[places.path]!.trim(), fields[places.label]!.trim(), line);
    },
    end: records.end,
  };
}
