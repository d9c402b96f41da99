/**
 * Checks that the sections of a run fit together, as far as that can be told without data: the schedule its steps, the
 * backbone and the augmentations their images, the evaluations the backbone.
 *
 * @module
 */
import type { BackboneCost, ImageShape } from "../../backbones/backbone.ts";
import type { Registries } from "../../registry/registries.ts";
import type { Place, Problems } from "./error.ts";
import { child, type MapNode, show } from "./tree.ts";
import { shapeOf } from "../readers.ts";
import type { RowRun } from "./sections.ts";
import type { ResolvedRun, Section } from "../resolved.ts";

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
      if (!found || found.join() === shape.join()) return;
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
