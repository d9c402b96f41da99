/**
 * The library of matrix products that runs are trained with.
 *
 * @module
 */
import { type Library, loadBlas } from "../experiments/openblas.ts";
import { madeWith } from "../experiments/resume.ts";
import type { Products } from "../tensor/kernels/wasm/products.ts";
import type { TrainingOptions } from "./training.ts";

/** Loads the library run by run; one is loaded at a time, because its threads are those of the whole process. */
export class RunLibrary {
  readonly #options: Pick<TrainingOptions, "blas" | "threads" | "share">;
  #loaded: Library | undefined;

  /** @param options What the flags ask for. */
  constructor(options: Pick<TrainingOptions, "blas" | "threads" | "share">) {
    this.#options = options;
  }

  /**
   * The library of the next run: as the flags say, or where they do not, as the run's checkpoint was made.
   *
   * @param made Backend of the checkpoint, in its own words; `undefined` where there is none.
   */
  async take(made: string | undefined): Promise<Products | undefined> {
    this.close();
    const { blas, threads: named, share } = this.#options, before = made === undefined ? undefined : madeWith(made);
    if (blas === "none" || (named === undefined && before?.own)) return undefined;
    const threads = named ?? before?.threads ?? share;
    return this.#loaded = await loadBlas(threads === undefined ? {} : { threads });
  }

  /** Unloads it. */
  close(): void {
    this.#loaded?.close();
    this.#loaded = undefined;
  }
}
