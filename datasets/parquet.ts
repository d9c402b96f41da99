/**
 * The reader of Parquet files with a column of images, as Hugging Face writes them.
 *
 * @module
 */
import { z } from "zod";
import { expandBraces } from "./brace_expansion.ts";
import { combinedDigest } from "./combined_digest.ts";
import { createFileSet } from "./file_set.ts";
import { type Files, MissingDataError } from "./files.ts";
import { ALIGN_FIELDS, alignPaths, IMAGE_FIELDS, shapeOfFields, SIZE_OR_ALIGN, sizeOfFields } from "./image_fields.ts";
import { surveyImages } from "./image_survey.ts";
import { openParquet, type ParquetFile } from "./parquet_file.ts";
import { createGroupCache, readParquetLabels } from "./parquet_columns.ts";
import { pathDigests } from "./path_digests.ts";
import { defineReader, type ImageSet, type ReaderContext, type ReaderPlugin } from "./reader.ts";

const params = z.strictObject({
  path: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).describe(
    "Parquet file, a folder of them (taken in the order of their names), a list, or braces such as " +
      "train-{00000..00003}-of-00004.parquet",
  ),
  image: z.string().min(1).default("image").describe("Column of the images: bytes, or records of bytes and path"),
  label: z.string().min(1).default("label").describe(
    "Column of the labels: integers or text; ClassLabel names of the file's own metadata are used",
  ),
  ...IMAGE_FIELDS,
  ...ALIGN_FIELDS,
}).check(SIZE_OR_ALIGN);

type Params = z.output<typeof params>;

/**
 * Images of Parquet files. Only the two columns are read; a row group is unpacked whole when one of its images is
 * wanted, and kept while there is room (1 GiB of image files). Classes are in the order of their numbers, or, where
 * labels are text, in code-unit order.
 *
 * @throws {MissingDataError} (`open`) if there is nothing at the path.
 * @throws {SyntaxError} (`open`, `read`) if a file or an image is damaged.
 * @throws {RangeError} (`open`) if a column is not there, or there are fewer than two classes.
 */
export const parquet: ReaderPlugin = defineReader({
  name: "parquet",
  version: "1.0.0",
  summary: "Parquet files with columns of images and labels, as Hugging Face writes them",
  reference: "https://huggingface.co/docs/datasets/about_dataset_features",
  notes: [
    "Shuffled reading of a set larger than 1 GiB unpacks a row group for almost every image: write such a set as tar or record file.",
  ],
  params,
  gives: "images",
  shape: shapeOfFields,
  paths: (params) => [...[params.path].flat().flatMap(expandBraces), ...alignPaths(params)],
  open,
});

async function open(params: Params, context: ReaderContext): Promise<ImageSet> {
  const { files } = context, { image, label } = params, paths = await filesOf(params, files);
  const parts: ParquetFile[] = [], digests = await pathDigests(paths, files);
  for (const path of paths) parts.push(await openParquet(path, files));
  checkColumns(parts, [image, label]);
  const { classes, labels } = await readParquetLabels(parts, label);
  const source = paths.length === 1 ? paths[0]! : `${paths[0]} … ${paths.at(-1)}`;
  if (classes.length < 2) {
    throw new RangeError(`Cannot open "${source}": found ${classes.length} classes, two or more are wanted`);
  }
  const cache = createGroupCache(parts, image);
  const name = (index: number): string => {
    const { file, row } = cache.place(index);
    return `${parts[file]!.path}#${row}`;
  };
  const found = {
    count: labels.length,
    name,
    load: async (index: number) => ({ bytes: (await cache.read(index)).slice() }),
    located: (index: number, error: Error) => {
      const { file, row } = cache.place(index);
      return new SyntaxError(`Cannot read row ${row} of "${parts[file]!.path}": ${error.message}`, { cause: error });
    },
  };
  const { size, decoder } = await surveyImages({ ...found, name: () => "" }, sizeOfFields(params));
  return await createFileSet(
    {
      source,
      size,
      classes,
      labels,
      name,
      load: found.load,
      located: found.located,
      provenance: { reader: "parquet", digest: combinedDigest({ files: digests, image, label }), decoder, skipped: [] },
    },
    params,
    context,
  );
}

async function filesOf({ path }: Params, files: Files): Promise<string[]> {
  const found: string[] = [];
  for (const name of [path].flat().flatMap(expandBraces)) {
    const kind = await files.stat(name);
    if (kind === undefined) {
      throw new MissingDataError(
        `Cannot open "${name}": there is nothing at ${
          files.locate(name)
        }, put the file there or name the data folder ` +
          "with --data",
      );
    }
    if (kind === "file") found.push(name);
    else {
      const inside = (await files.list(name)).filter((entry) => entry.path.endsWith(".parquet"));
      if (inside.length === 0) throw new RangeError(`Cannot open "${name}": the folder holds no .parquet files`);
      found.push(...inside.map((entry) => `${name}/${entry.path}`));
    }
  }
  return found;
}

function checkColumns(parts: readonly ParquetFile[], wanted: readonly string[]): void {
  for (const { path, columns, rows } of parts) {
    const unknown = wanted.find((column) => rows > 0 && !columns.includes(column));
    if (unknown === undefined) continue;
    throw new RangeError(
      `Cannot find column "${unknown}" of "${path}": it has ${columns.map((name) => `"${name}"`).join(", ")}; ` +
        "set image and label to the names of its columns",
    );
  }
}
