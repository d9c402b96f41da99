/**
 * The reader that draws galleries and probes from any labelled image set.
 *
 * @module
 */
import { z } from "zod";
import { pluginReference } from "../plugin/mod.ts";
import { createRandom, type Random } from "../tensor/random.ts";
import { combinedDigest } from "./combined_digest.ts";
import {
  defineReader,
  type ImageSet,
  type ReaderContext,
  type ReaderPlugin,
  type Search,
  type TemplateSet,
} from "./reader.ts";

const params = z.strictObject({
  from: pluginReference({ plugin: "reader", gives: "images" }, "Reader of the labelled images"),
  gallery: z.int().min(1).max(1000).default(1).describe("Images of each known class that make up its gallery template"),
  probes: z.int().min(1).optional().describe(
    "Probes of a class at most, one image each; where absent, all that are left",
  ),
  ways: z.int().min(2).optional().describe("Classes of a search, known and unknown; where absent, all that can be"),
  unknown: z.number().min(0).lt(1).default(0).describe(
    "Share of a search's classes that are not in its gallery, rounded",
  ),
  searches: z.int().min(1).max(10_000).default(1).describe("Searches, each drawn anew"),
  seed: z.int().min(0).default(0).describe(
    "Seed of the drawing; not the run's seed, so that rows share their searches",
  ),
});

type Params = z.output<typeof params>;

/**
 * Searches in the manner of one-shot runs: of each search's classes, drawn among those of more than `gallery` images,
 * `gallery` images make one template of the gallery and others are probes, templates of one image. The first
 * `unknown · classes` of the draw are left out of the gallery, so that their probes have no mate.
 *
 * `{ gallery: 1, probes: 1, ways: 20, searches: 20 }` gives 20 runs of 20-way one-shot classification.
 *
 * @throws {TypeError} (`open`) if `from` does not give images.
 * @throws {RangeError} (`open`) if there are too few classes; the message gives the most there can be.
 */
export const sampledGallery: ReaderPlugin = defineReader({
  name: "sampled-gallery",
  version: "1.0.0",
  summary: "Galleries and probes, known and unknown, drawn from any labelled set",
  reference: "https://www.science.org/doi/10.1126/science.aab3050",
  notes: ["Each search draws its classes and images anew, so images may be in several searches."],
  params,
  gives: "templates",
  shape: () => undefined,
  paths: () => [],
  open,
});

async function open(params: Params, context: ReaderContext): Promise<TemplateSet> {
  const images = await context.open(params.from);
  if (images.gives !== "images") {
    throw new TypeError(
      `Cannot draw galleries from "${images.provenance.reader}": it gives ${images.gives}, a reader of images is wanted`,
    );
  }
  const { from: _, ...drawing } = params, members = membersOf(images, params.gallery);
  const ways = countClasses(members.length, images, params);
  const builder = createBuilder(images), random = createRandom(params.seed, "gallery");
  const searches = Array.from({ length: params.searches }, (_, index): Search => {
    return drawSearch({ params, members, ways, builder, random: random.fork(index) }, `search ${index + 1}`);
  });
  const provenance = {
    ...images.provenance,
    reader: "sampled-gallery",
    digest: combinedDigest({ digest: images.provenance.digest, ...drawing }),
  };
  return { gives: "templates", images, ...builder.templates(), searches, provenance };
}

/** Images of each class that has enough for a gallery template and a probe. */
function membersOf(images: ImageSet, gallery: number): Int32Array[] {
  const counts = new Int32Array(images.classes.length);
  for (const label of images.labels) counts[label]!++;
  const members = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  images.labels.forEach((label, image) => members[label]![counts[label]!++] = image);
  return members.filter((list) => list.length > gallery);
}

function countClasses(able: number, { provenance: { reader } }: ImageSet, { gallery, ways, unknown }: Params): number {
  const wanted = ways ?? able, known = wanted - Math.round(unknown * wanted);
  const what = `Cannot draw searches from "${reader}": ${able} of its classes have more than ${gallery} images`;
  if (wanted > able) throw new RangeError(`${what}, set ways to at most that or gallery lower`);
  if (known < 2) {
    throw new RangeError(
      `${what}, and ${known} would be in a gallery, wanted at least 2; set unknown or gallery lower`,
    );
  }
  return wanted;
}

/** What a search is drawn with. */
interface Draw {
  readonly params: Params;
  readonly members: readonly Int32Array[];
  readonly ways: number;
  readonly builder: Builder;
  readonly random: Random;
}

function drawSearch({ params, members, ways, builder, random }: Draw, name: string): Search {
  const strangers = Math.round(params.unknown * ways), gallery = new Int32Array(ways - strangers);
  const classes = random.fork("classes").permutation(members.length).subarray(0, ways), probes: Int32Array[] = [];
  classes.forEach((index, place) => {
    const list = members[index]!;
    const drawn = random.fork(index).permutation(list.length).map((at) => list[at]!);
    const known = place >= strangers, from = known ? params.gallery : 0;
    if (known) gallery[place - strangers] = builder.add(drawn.subarray(0, from));
    const end = params.probes === undefined ? drawn.length : Math.min(drawn.length, from + params.probes);
    probes.push(drawn.slice(from, end).map((image) => builder.addImage(image)));
  });
  return { name, gallery, probes: joined(probes) };
}

function joined(lists: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) all.set(list, at), at += list.length;
  return all;
}

/** Collects templates; those of one image are shared between the searches. */
interface Builder {
  /** A template of several images of one class. */
  add(images: Int32Array): number;
  /** The template of an image. */
  addImage(image: number): number;
  templates(): Pick<TemplateSet, "entries" | "count" | "subjects" | "templateName">;
}

function createBuilder(images: ImageSet): Builder {
  // Plain lists of numbers: a set may have ten million images, and most templates have one.
  const own = new Int32Array(images.length).fill(-1), entries: number[] = [], starts: number[] = [];
  const add = (list: Iterable<number>) => {
    starts.push(entries.length);
    entries.push(...list);
    return starts.length - 1;
  };
  const addImage = (image: number) => own[image]! >= 0 ? own[image]! : own[image] = add([image]);
  return {
    add: (list) => list.length === 1 ? addImage(list[0]!) : add(list),
    addImage,
    templates() {
      const image = Int32Array.from(entries), template = new Int32Array(image.length);
      starts.forEach((start, index) => template.fill(index, start, starts[index + 1] ?? image.length));
      return {
        // Each image is a photograph of its own.
        entries: { image, template, medium: image },
        count: starts.length,
        subjects: Int32Array.from(starts, (start) => images.labels[image[start]!]!),
        templateName(index) {
          const list = image.subarray(starts[index], starts[index + 1] ?? image.length);
          return Array.from(list, (at) => images.name(at)).join(" + ");
        },
      };
    },
  };
}
