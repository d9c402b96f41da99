/**
 * Checks that the sections of a run fit together, as far as that can be told without data: the schedule its steps, the
 * sampler its batches, the heads the sampler and each other, the backbone and the augmentations their images, the
 * evaluations the backbone and the head.
 *
 * @module
 */
import canonicalize from "canonicalize";
import type { BackboneCost, ImageShape } from "../../backbones/backbone.ts";
import type { Registries } from "../../registry/registries.ts";
import type { Place, Problems } from "./error.ts";
import { child, type MapNode, show } from "./tree.ts";
import { networkAndStored } from "../evaluation_checks.ts";
import { shapeOf, storedReader } from "../readers.ts";
import type { RowRun } from "./sections.ts";
import type { EvaluateSection, ResolvedRun, Section } from "../resolved.ts";

/** Checks rows; what many rows share is checked once. */
export class CrossChecker {
  readonly #problems: Problems;
  readonly #registries: Registries;
  readonly #backend: ResolvedRun["backend"];
  readonly #ids = new WeakMap<object, number>();
  readonly #done = new Set<string>();
  #next = 0;

  constructor(problems: Problems, registries: Registries, backend: ResolvedRun["backend"]) {
    this.#problems = problems;
    this.#registries = registries;
    this.#backend = backend;
  }

  /** Checks a resolved row; `tree` tells where its sections stand. */
  check(run: RowRun, tree: MapNode): void {
    const at = (name: keyof RowRun) => child(tree, name)?.at ?? tree.at;
    this.#schedule(run, at("schedule"));
    this.#training(run, at("train"));
    for (const section of run.evaluate) {
      this.#classWeights(run, section, at("evaluate"));
      this.#storedEmbeddings(section, at("evaluate"));
    }
    this.#sampler(run, at("train"));
    this.#heads(run, at);
    const shape = shapeOf(run.data.train, this.#registries);
    if (!shape) return;
    this.#backbone(run, shape, at("backbone"));
    this.#weights(run, shape, at("weights"));
    for (const section of run.train.augment) this.#augmentation(section, shape, at("train"));
    for (const { name, data } of run.evaluate) this.#evaluation(name, data, shape, at("evaluate"));
  }

  #schedule({ schedule, train: { steps } }: RowRun, at: Place): void {
    if (steps === 0) return;
    this.#once([schedule], `schedule ${steps}`, () => {
      const { name, ...params } = schedule;
      this.#attempt(`schedule "${name}" for ${steps} steps`, at, () => {
        const rate = this.#registries.schedule.get(String(name)).create(params, steps);
        for (const step of [0, steps - 1]) {
          const value = rate(step);
          if (!(Number.isFinite(value) && value >= 0)) {
            const found = `its learning rate at step ${step} is ${value}`;
            throw new RangeError(`Cannot use schedule "${name}" for ${steps} steps: ${found}, wanted 0 or more`);
          }
        }
      });
    });
  }

  #training({ backbone, train: { batchSize, accumulate, checkpointing, precision } }: RowRun, at: Place): void {
    if (batchSize % accumulate !== 0) {
      const parts = `Cannot split a batch of ${batchSize} into ${accumulate} equal parts`;
      this.#problems.add(at, `${parts}: wanted an accumulate that divides batchSize`);
    }
    const { supports = [] } = this.#registries.backbone.get(String(backbone.name));
    if (checkpointing && !supports.includes("checkpointing")) {
      this.#problems.add(at, `Cannot use checkpointing: backbone "${backbone.name}" has no stages to compute again`);
    }
    if (precision === "f16" && !supports.includes("f16")) {
      this.#problems.add(at, `Cannot use precision f16: backbone "${backbone.name}" works in f32 alone`);
    }
    if (precision === "f16" && (this.#backend === "wasm" || this.#backend === "cpu")) {
      const wanted = "wanted webgpu, or `--backend webgpu` for a software adapter";
      this.#problems.add(at, `Cannot use precision f16 on ${this.#backend}: ${wanted}`);
    }
  }

  /** Class weights can be compared with the classes that they were trained on alone, and not every head has them. */
  #classWeights(run: RowRun, section: EvaluateSection, at: Place): void {
    const { train } = run.data, { name, data, protocol: { protocol, ...settings } } = section;
    if (!this.#registries.protocol.get(String(protocol)).classWeights?.(settings)) return;
    const what = `Cannot run evaluation "${name}": protocol "${protocol}" measures class weights`;
    this.#once([data, train], `class weights ${name}`, () => {
      if (canonicalize(data) === canonicalize(train)) return;
      this.#problems.add(at, `${what}, and its data is not data.train; give it the same reader and parameters`);
    });
    this.#once([run.head], `class weights ${name}`, () => {
      const { name: head, ...params } = run.head;
      if (this.#registries.head.get(String(head)).size(params, { embedding: 2, classes: 2 }) > 0) return;
      this.#problems.add(at, `${what}, and head "${head}" has none; choose another head or protocol`);
    });
  }

  /** What a run trained is measured, so nothing else may stand in for it. */
  #storedEmbeddings({ name, data }: EvaluateSection, at: Place): void {
    this.#once([data], `stored embeddings ${name}`, () => {
      const found = storedReader(data, this.#registries);
      if (!found) return;
      const what = networkAndStored(`reader "${found["reader"]}" gives stored embeddings`);
      this.#problems.add(at, `Cannot run evaluation "${name}": ${what}`);
    });
  }

  /** A batch, and each of its parts, must hold whole groups of a sampler that keeps images together. */
  #sampler({ train: { batchSize, accumulate, sampler } }: RowRun, at: Place): void {
    const group = this.#groupOf(sampler), name = `sampler "${sampler.name}"`;
    if (batchSize % group !== 0) {
      this.#problems.add(
        at,
        `Cannot fill a batch of ${batchSize} with ${name}: it takes ${group} images of an identity, wanted a ` +
          `batchSize that ${group} divides, such as ${group * Math.ceil(batchSize / group)}`,
      );
    } else if (batchSize % accumulate === 0 && batchSize / accumulate % group !== 0) {
      this.#problems.add(
        at,
        `Cannot split a batch of ${batchSize} into ${accumulate} parts with ${name}: it keeps ${group} images of an ` +
          `identity together, wanted parts whose size ${group} divides`,
      );
    }
  }

  #groupOf({ name, ...params }: Section): number {
    return this.#registries.sampler.get(String(name)).group?.(params) ?? 1;
  }

  /** What heads want of the sampler and of each other. */
  #heads(
    { head, auxiliary, train: { sampler, batchSize, accumulate } }: RowRun,
    at: (name: keyof RowRun) => Place,
  ): void {
    const plugin = ({ name }: Section) => this.#registries.head.get(String(name));
    const group = this.#groupOf(sampler), positives = group > 1, rate = head["sampleRate"];
    if (plugin(head).classWeightsOnly) {
      this.#problems.add(
        at("head"),
        `Cannot use "${
          head["name"]
        }" as head: it moves class weights alone, name it under auxiliary beside a head such as ` +
          "norm-softmax",
      );
    }
    const wantPositives = (section: Section, place: Place) => {
      if (!plugin(section).needsPositives) return;
      if (positives) {
        const part = batchSize / accumulate;
        if (part > group) return;
        this.#problems.add(
          place,
          `Cannot use head "${
            section["name"]
          }" on parts of ${part} images, ${group} of each identity: it wants several ` +
            "identities beside one another, use a larger batchSize, a smaller accumulate or fewer images",
        );
        return;
      }
      this.#problems.add(
        place,
        `Cannot use head "${section["name"]}" with sampler "${sampler["name"]}": it wants several images of one ` +
          "identity in a batch, use train.sampler: { name: identity, images: 4 }",
      );
    };
    wantPositives(head, at("head"));
    const { name: main, ...params } = head, one = 4096;
    const rows = Math.floor(plugin(head).size(params, { embedding: one, classes: one }) / one ** 2);
    for (const section of auxiliary) {
      wantPositives(section, at("auxiliary"));
      if (plugin(section).sharesClassWeights && rows !== 1) {
        const found = rows === 0 ? "no class weights" : `${rows} class weights a class`;
        this.#problems.add(
          at("auxiliary"),
          `Cannot use head "${
            section["name"]
          }" as an auxiliary loss beside "${main}": it works on the class weights of ` +
            `the main head, found ${found}, wanted one a class, as norm-softmax and arcface have`,
        );
        continue;
      }
      if (!(typeof rate === "number" && rate < 1 && plugin(section).sharesClassWeights)) continue;
      this.#problems.add(
        at("auxiliary"),
        `Cannot use head "${
          section["name"]
        }" as an auxiliary loss with a sampleRate of ${rate} of head: it moves all ` +
          "class weights, of which the main head moves a sample, wanted a sampleRate of 1",
      );
    }
  }

  #backbone({ backbone, data }: RowRun, shape: ImageShape, at: Place): void {
    this.#once([backbone, data], "backbone", () => {
      const { name, ...params } = backbone;
      const what = `backbone "${name}" for images of ${shape.join("×")}`;
      this.#attempt(what, at, (): BackboneCost => this.#registries.backbone.get(String(name)).cost(params, shape));
    });
  }

  #weights({ backbone: { name, ...params }, weights }: RowRun, shape: ImageShape, at: Place): void {
    if (weights === null) return;
    const plugin = this.#registries.backbone.get(String(name));
    this.#attempt(`weights ${show(weights)}`, at, () => {
      if (plugin.cost(params, shape).parameters > 0) return;
      throw new RangeError(`Cannot start from ${show(weights)}: backbone "${name}" has no weights, leave the file out`);
    });
  }

  #augmentation(section: Section, shape: ImageShape, at: Place): void {
    this.#once([section], `augmentation ${shape}`, () => {
      const { name, ...params } = section;
      const what = `augmentation "${name}" for images of ${shape.join("×")}`;
      this.#attempt(what, at, () => this.#registries.augmentation.get(String(name)).create(params, shape));
    });
  }

  #evaluation(name: string, data: Section, shape: ImageShape, at: Place): void {
    this.#once([data], `evaluation ${shape}`, () => {
      const found = shapeOf(data, this.#registries);
      // Names alone have no shape; the run refuses them when it opens them.
      if (!found || found[0] === 0 || found.join() === shape.join()) return;
      this.#problems.add(
        at,
        `Cannot run evaluation "${name}": its images are ${found.join("×")}, those of data.train are ` +
          `${shape.join("×")}; give both readers one size and one number of channels`,
      );
    });
  }

  #attempt(what: string, at: Place, action: () => unknown): void {
    try {
      action();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#problems.add(at, message.startsWith("Cannot ") ? message : `Cannot use ${what}: ${message}`);
    }
  }

  #once(objects: readonly object[], purpose: string, action: () => void): void {
    const key = `${purpose} ${objects.map((object) => this.#id(object)).join(" ")}`;
    if (this.#done.has(key)) return;
    this.#done.add(key);
    action();
  }

  #id(object: object): number {
    const known = this.#ids.get(object) ?? this.#next++;
    this.#ids.set(object, known);
    return known;
  }
}
