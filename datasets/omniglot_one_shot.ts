/**
 * The reader of Omniglot's one-shot classification.
 *
 * @module
 */
import { z } from "zod";
import { createFileSet } from "./file_set.ts";
import { IMAGE_FIELDS, shapeOfFields } from "./image_fields.ts";
import { openSource } from "./image_source.ts";
import { sourceImages, surveyImages } from "./image_survey.ts";
import { type OneShotRun, readOneShotRuns } from "./one_shot_runs.ts";
import { defineReader, type ReaderContext, type ReaderPlugin, type TemplateSet } from "./reader.ts";

const params = z.strictObject({
  path: z.string().min(1).default("all_runs.zip").describe(
    "all_runs.zip of Omniglot, or the folder that it unpacks to",
  ),
  ...IMAGE_FIELDS,
});

type Params = z.output<typeof params>;

/**
 * The 20 runs of 20-way one-shot classification: each run is a search of its 20 test images among its 20 training
 * images. A character of a run is a subject, and every image a template of its own; accuracy is the rank-1 rate.
 *
 * @throws {MissingDataError} (`open`) if there is nothing at the path.
 * @throws {SyntaxError} (`open`, `read`) if a list or an image is damaged, or they do not agree.
 * @throws {RangeError} (`open`) if there are no runs.
 */
export const omniglotOneShot: ReaderPlugin = defineReader({
  name: "omniglot-one-shot",
  version: "1.0.0",
  summary: "Omniglot's 20 runs of 20-way one-shot classification, as searches",
  reference: "https://doi.org/10.1126/science.aab3050",
  formula: "accuracy = rank-1 identification rate over all runs",
  notes: [
    "The two halves of a run are drawn by different people, and its characters are of one alphabet of the evaluation half.",
    "Drawings are black on white; set invert and size as in training.",
  ],
  params,
  gives: "templates",
  shape: shapeOfFields,
  paths: ({ path }) => [path],
  open,
});

async function open(params: Params, context: ReaderContext): Promise<TemplateSet> {
  const { path } = params, source = await openSource(path, context.files);
  const runs = await readOneShotRuns(path, source), { names, classes, subjects, searches } = layOut(runs);
  const found = sourceImages(path, source, { count: names.length, at: (index) => names[index]! });
  const { size, decoder } = await surveyImages(found, params.size);
  const images = await createFileSet(
    {
      source: path,
      size,
      classes,
      labels: subjects,
      name: found.name,
      load: found.load,
      located: found.located,
      provenance: { reader: "omniglot-one-shot", digest: await context.files.digest(path), decoder, skipped: [] },
    },
    params,
    context,
  );
  const each = Int32Array.from(names, (_, index) => index);
  return {
    gives: "templates",
    images,
    entries: { image: each, template: each, medium: new Int32Array(names.length) },
    count: names.length,
    subjects,
    templateName: images.name,
    searches,
    provenance: images.provenance,
  };
}

/** Run after run, its training images and then its test images; images and templates have the same numbers. */
function layOut(runs: readonly OneShotRun[]) {
  const names: string[] = [], classes: string[] = [], subjects: number[] = [];
  const searches = runs.map(({ name, training, test, answer }) => {
    const start = names.length,
      firstClass = classes.length,
      range = (from: number, count: number) => Int32Array.from({ length: count }, (_, i) => from + i);
    names.push(...training, ...test), classes.push(...training);
    subjects.push(...training.map((_, i) => firstClass + i), ...answer.map((index) => firstClass + index));
    return { name, gallery: range(start, training.length), probes: range(start + training.length, test.length) };
  });
  return { names, classes, subjects: Int32Array.from(subjects), searches };
}
