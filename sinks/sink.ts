/**
 * The contract of sinks, which hear what a run tells and write it for another program.
 *
 * @module
 */
import { definePlugin, type ParamsOf, type ParamsSchema, type Plugin } from "../plugin/mod.ts";

/** A run that begins, or goes on. */
export interface LoggedRun {
  /** Name of the experiment. */
  readonly experiment: string;
  /** Run id: 12 hexadecimal digits. */
  readonly id: string;
  /** Row label. */
  readonly row: string;
  /** Seed of the replicate. */
  readonly seed: number;
  /** Steps of the whole run. */
  readonly steps: number;
  /** The resolved sections of the run, every default filled in. */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** What computes it, in words. */
  readonly backend: string;
  /** Checked-out commit of the working directory, or `null`. */
  readonly commit: string | null;
  /** When this process began with it: seconds since 1970. */
  readonly startedAt: number;
  /** The logged steps that an earlier process has done, in their order. */
  readonly history: readonly LoggedStep[];
}

/** A step of which history has a line. */
export interface LoggedStep {
  /** Updates done, from 1. */
  readonly step: number;
  /** Total loss of the batch. */
  readonly loss: number;
  /** Learning rate. */
  readonly learningRate: number;
  /** Euclidean norm of the gradient, before it is clipped. */
  readonly gradientNorm: number;
  /** What clipping multiplied gradients by; absent without clipping. */
  readonly clipFactor?: number;
  /** Statistics of the heads, by name. */
  readonly statistics: Readonly<Record<string, number>>;
  /** Training time so far, interruptions left out. */
  readonly seconds: number;
}

/** A histogram of the angle between samples and the weights of their classes. */
export interface LoggedHistogram {
  /** Which steps: `start`, `middle`, `end`. */
  readonly window: string;
  /** Last step that was counted. */
  readonly to: number;
  /** Samples in each bin of one degree, from 0. */
  readonly bins: readonly number[];
}

/** How a run ended. */
export interface LoggedEnd {
  /** `completed`, `diverged`, `failed`, `stopped`. */
  readonly status: string;
  /** What went wrong, or `null`. */
  readonly error: string | null;
  /** Steps done. */
  readonly step: number;
  /** When: seconds since 1970. */
  readonly finishedAt: number;
  /** What was measured; `null` where it is not finite. */
  readonly metrics: readonly { readonly evaluation: string; readonly name: string; readonly value: number | null }[];
  /** Histograms of the target angle; none for heads that do not give it. */
  readonly targetAngles: readonly LoggedHistogram[];
}

/** Files that a sink keeps in the run's folder, each path relative to a folder of its own there. */
export interface SinkFiles {
  /** Reads a file, or gives `undefined` when there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Makes or replaces a file. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Adds to the end of a file. */
  append(path: string, bytes: Uint8Array): Promise<void>;
}

/** What a sink works with. */
export interface SinkMeans {
  /** Its files. */
  readonly files: SinkFiles;
  /** Sends a request; only the hosts that {@link SinkPlugin.hosts} names can be reached. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Waits for some milliseconds, or until the signal is aborted. */
  readonly wait: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Tells the user what went wrong or is late; training goes on. */
  readonly tell: (text: string) => void;
}

/**
 * A sink at work on one run. What it throws is told once, and it hears nothing more; training goes on the same, so that
 * a sink that is slow should queue and not wait.
 */
export interface Sink {
  /** The run begins, or goes on after `run.history`. */
  begin(run: LoggedRun): Promise<void> | void;
  /** A step was logged. */
  step(step: LoggedStep): Promise<void> | void;
  /** The run ended, and its record is written. */
  end(end: LoggedEnd): Promise<void> | void;
  /** Nothing follows: the run ended, or was interrupted and may go on another time. */
  close?(): Promise<void> | void;
}

/** A sink as a plugin value. */
export interface SinkPlugin extends Plugin {
  /** What it plugs into. */
  readonly kind: "sink";
  /** Hosts that it connects to, such as `127.0.0.1:5000`; absent for a sink that needs no network. */
  hosts?(params: Record<string, unknown>): readonly string[];
  /** Opens the sink for one run; does nothing yet. */
  open(params: Record<string, unknown>, means: SinkMeans): Sink;
}

/** A {@link SinkPlugin} as written, with typed parameters. */
export interface SinkDefinition<S extends ParamsSchema> extends Omit<Plugin, "kind" | "params"> {
  /** Strict schema of the parameters. */
  readonly params: S;
  /** See {@link SinkPlugin.hosts}. */
  hosts?(params: ParamsOf<S>): readonly string[];
  /** See {@link SinkPlugin.open}. */
  open(params: ParamsOf<S>, means: SinkMeans): Sink;
}

/** Declares a sink; see {@link SinkPlugin}. */
export function defineSink<S extends ParamsSchema>(definition: SinkDefinition<S>): SinkPlugin {
  return definePlugin({ ...definition, kind: "sink" } as unknown as SinkPlugin);
}
