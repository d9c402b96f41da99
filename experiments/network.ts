/**
 * A trained network from a file of weights: that of a run, or a public one.
 *
 * @module
 */
import type { BackboneCost, ImageShape } from "../backbones/mod.ts";
import type { ImageSet } from "../datasets/mod.ts";
import type { Registries } from "../registry/registries.ts";
import { createRandom } from "../tensor/random.ts";
import { decodeSafeTensors, HEAD_PREFIX, loadWeights, WEIGHTS_FORMAT } from "../training/mod.ts";
import { storedClassWeights } from "./class_weights.ts";
import type { Evaluated } from "./measure.ts";
import type { NetworkFacts } from "./evaluation_checks.ts";
import { split } from "./model.ts";
import type { RecordedWeights } from "./record.ts";
import type { Section } from "./resolved.ts";
import { resolveSection } from "./section.ts";

/** A file of weights, and what is known of its network. */
export interface WeightsFile {
  /** Where it lies, for messages. */
  readonly source: string;
  /** Its bytes. */
  readonly bytes: Uint8Array;
  /** Lower-case hexadecimal SHA-256 of these. */
  readonly digest: string;
  /** The backbone, every parameter resolved; may be left out for a file of ours, which tells. */
  readonly backbone?: Section | undefined;
  /** Id of the run that must have trained it. */
  readonly run?: string | undefined;
  /** Number of classes of the run that trained it, whose class weights can then be measured. */
  readonly classes?: number | undefined;
}

/** A network that is described and not yet made. */
export interface DescribedNetwork {
  /** The backbone with every parameter. */
  readonly backbone: Section;
  /** Shape and normalisation of its images, where the file tells. */
  readonly facts: Partial<Pick<NetworkFacts, "shape" | "normalise">>;
  /** Run that trained it, where the file tells. */
  readonly run?: string | undefined;
  /** Number of classes whose weights the file has. */
  readonly weightedClasses: number;
  /** What it costs for images of a shape. */
  cost(shape: ImageShape): BackboneCost;
  /**
   * Makes it for images of a shape; its user disposes the backbone.
   *
   * @throws {RangeError} naming the first tensor that the file lacks.
   */
  open(shape: ImageShape): OpenNetwork;
}

/** A network at work. */
export interface OpenNetwork extends Evaluated {
  /** What it took from the file. */
  readonly weights: RecordedWeights;
}

/**
 * Reads what a file of weights tells of its network.
 *
 * @throws {SyntaxError} if it is not a safetensors file, or another run's.
 * @throws {RangeError} if no backbone is given and the file does not tell, or it tells of another one.
 */
export function describeNetwork(file: WeightsFile, registries: Registries): DescribedNetwork {
  const { source, bytes, digest, classes = 0 } = file, { tensors, metadata } = decode(file);
  const told = metadata.format === WEIGHTS_FORMAT ? readInfo(metadata) : undefined;
  if (file.run !== undefined && told?.run !== file.run) {
    const found = told ? `those of run ${told.run}` : `of format ${JSON.stringify(metadata.format ?? null)}`;
    throw new SyntaxError(
      `Cannot evaluate run ${file.run}: the weights in its folder are ${found}, its own are wanted`,
    );
  }
  const backbone = file.backbone ?? (told && complete(told.backbone, registries));
  if (!backbone) {
    throw new RangeError(
      `Cannot evaluate ${source}: it does not say what network it belongs to, name one with --backbone, such as ` +
        '--backbone "{ name: iresnet50 }"',
    );
  }
  const [name, params] = split(backbone);
  if (told && String(told.backbone["name"]) !== name) {
    throw new RangeError(
      `Cannot evaluate ${source}: its weights are of backbone "${told.backbone["name"]}", not "${name}"`,
    );
  }
  const plugin = registries.backbone.get(name), classWeights = storedClassWeights(tensors, classes);
  return {
    backbone,
    facts: told ? { shape: told.shape, normalise: told.normalise } : {},
    run: told?.run,
    weightedClasses: classWeights ? classes : 0,
    cost: (shape) => plugin.cost(params, shape),
    open(shape) {
      const made = plugin.create(params, { shape, random: createRandom(0, "init") });
      try {
        const { tensors, unused } = loadWeights(bytes, made.parameters, { source });
        const left = told ? unused.filter((tensor) => !tensor.startsWith(HEAD_PREFIX)) : unused;
        return {
          backbone: made,
          weights: { digest, tensors, unused: left },
          ...classWeights ? { classWeights: () => Promise.resolve(classWeights) } : {},
        };
      } catch (error) {
        made.dispose();
        throw error;
      }
    },
  };
}

/** A backbone as a file tells it, with the parameters that plugins have got since. */
function complete(backbone: Section, registries: Registries): Section {
  const [name, params] = split(backbone);
  return resolveSection({ kind: "backbone", name, params }, registries);
}

function decode({ bytes, source }: WeightsFile) {
  try {
    return decodeSafeTensors(bytes);
  } catch (error) {
    if (error instanceof SyntaxError) throw new SyntaxError(`${error.message} (${source})`);
    throw error;
  }
}

/** What a file of ours tells. */
function readInfo({ backbone, shape, normalise, run }: Readonly<Record<string, string>>) {
  return {
    backbone: JSON.parse(backbone!) as Section,
    shape: JSON.parse(shape!) as ImageShape,
    normalise: JSON.parse(normalise!) as ImageSet["normalise"],
    run,
  };
}
