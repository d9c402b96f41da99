/**
 * Samples of WebDataset shards: members that follow one another and share a name up to its first dot.
 *
 * Source: https://github.com/webdataset/webdataset
 *
 * @module
 */
import { createClassIndex } from "./class_index.ts";
import type { Files } from "./files.ts";
import { growingIntegers, growingNumbers, type GrowingText, growingText } from "./growing.ts";
import { readTar, type TarMember } from "./tar.ts";

/** What makes a sample. */
export interface SampleForm {
  /** Extensions of images, without a dot, in lower case. */
  readonly images: readonly string[];
  /** Extension of the label, and the key of it where that is a JSON file. */
  readonly label: { readonly extension: string; readonly key?: string | undefined };
}

/** Samples of some shards: where each image lies, and its class. */
export interface TarSamples {
  /** Path of each image within its shard. */
  readonly names: GrowingText;
  /** Shard of each image. */
  readonly shard: Int32Array;
  /** Offset of each image in its shard. */
  readonly start: Float64Array;
  /** Size of each image in bytes. */
  readonly size: Float64Array;
  /** Class names, by class index. */
  readonly classes: readonly string[];
  /** Class index of each image. */
  readonly labels: Int32Array;
}

/**
 * Reads the headers and labels of all shards, and no image.
 *
 * @throws {SyntaxError} if a shard is damaged, or a sample has no image, no label, or two of one.
 */
export async function readTarSamples(shards: readonly string[], files: Files, form: SampleForm): Promise<TarSamples> {
  const names = growingText(), classes = createClassIndex(), shard = growingIntegers();
  const start = growingNumbers(),
    size = growingNumbers();
  const { images, label: { extension, key } } = form;
  for (const [index, path] of shards.entries()) {
    let sample: { key: string; image?: TarMember; label?: TarMember } | undefined;
    const wrong = ({ path: name, start }: TarMember, found: string) =>
      new SyntaxError(`Cannot read sample "${splitName(name)?.key}" of "${path}" at byte ${start}: ${found}`);
    const flush = (): void => {
      const { image, label } = sample ?? {};
      if (image && label) {
        names.push(image.path), shard.push(index), start.push(image.start), size.push(image.size);
        classes.add(readLabel(label, key, (found) => wrong(label, found)));
      } else if (image) {
        throw wrong(image, `it has no label, a member ".${extension}" is wanted next to "${image.path}"`);
      } else if (label) {
        throw wrong(label, `it has no image, a member ${images.map((one) => `".${one}"`).join(" or ")} is wanted`);
      }
      sample = undefined;
    };
    for await (const members of readTar(path, files, (name) => splitName(name)?.extension === extension)) {
      for (const member of members) {
        const name = splitName(member.path);
        if (!name) continue;
        if (sample?.key !== name.key) flush(), sample = { key: name.key };
        const kind = name.extension === extension ? "label" : images.includes(name.extension) ? "image" : undefined;
        if (!kind) continue;
        if (sample[kind]) throw wrong(member, `it has two of one kind, "${sample[kind].path}" and "${member.path}"`);
        sample[kind] = member;
      }
    }
    flush();
  }
  return { names, shard: shard.array(), start: start.array(), size: size.array(), ...classes.finish() };
}

/** A name up to the first dot of its last part, and what follows; `undefined` for what has no such parts. */
function splitName(path: string): { key: string; extension: string } | undefined {
  const base = path.lastIndexOf("/") + 1, dot = path.indexOf(".", base);
  if (dot <= base || path.startsWith("__MACOSX/")) return undefined;
  return { key: path.slice(0, dot), extension: path.slice(dot + 1).toLowerCase() };
}

function readLabel({ content }: TarMember, key: string | undefined, wrong: (found: string) => SyntaxError): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(content).trim();
  } catch {
    throw wrong("its label is no UTF-8 text");
  }
  if (key === undefined) {
    if (text === "" || text.includes("\n")) {
      throw wrong(`its label is ${JSON.stringify(text.slice(0, 80))}, one line is wanted`);
    }
    return text;
  }
  let value: unknown;
  try {
    value = JSON.parse(text)?.[key];
  } catch (error) {
    throw wrong(`its label is no JSON, ${(error as Error).message}`);
  }
  if (typeof value === "string" && value !== "" || Number.isSafeInteger(value)) return String(value);
  throw wrong(`its label's "${key}" is ${JSON.stringify(value)}, text or an integer is wanted`);
}
