/**
 * Decoding in threads of their own: image files go out to workers in groups, and come back as prepared images.
 *
 * @module
 */
import {
  type ImageFile,
  imageSize,
  type Preparation,
  type Prepare,
  type PreparedImage,
  prepareImage,
} from "../datasets/preparation.ts";
import { type DecodeAnswer, type DecodeRequest, packBytes, restoreError } from "./decode_messages.ts";

/** Threads that prepare images. */
export interface DecodePool {
  /** {@link prepareImage} in one of the threads; the same bytes and the same errors. */
  readonly prepare: Prepare;
  /** Ends the threads; what is not done by then is refused. */
  close(): void;
}

/** The part of a `Worker` that the pool uses. */
export type DecodeThread = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror" | "onmessageerror">;

/** Settings of {@link createDecodePool}. */
export interface DecodePoolOptions {
  /** How many threads there may be; they are started when there is work for them. */
  readonly workers: number;
  /** Starts a thread; by default a worker of `decode_worker.ts`. */
  readonly start?: () => DecodeThread;
}

/** Images of a message: enough that messages cost little, few enough that threads end together. */
const GROUP = 8;

/** Pixels from which an image is worth a message: 64 × 64. Smaller ones are decoded sooner than they are sent. */
const WORTH = 2 ** 12;

/** Threads beyond which the thread that trains cannot take in what they decode. */
export const MOST_WORKERS = 4;

/** Bytes of decoded images that a thread may owe, 16 MiB: a batch of faces, or one photograph. */
const OWED = 2 ** 24;

/** An image on its way. */
interface Order {
  readonly file: ImageFile;
  readonly preparation: Preparation;
  /** Bytes of the decoded image. */
  readonly cost: number;
  readonly resolve: (image: PreparedImage) => void;
  readonly reject: (error: Error) => void;
}

/** A thread, and what it owes: messages are answered in the order in which they were sent. */
interface Hand {
  readonly thread: DecodeThread;
  readonly owed: Order[][];
  cost: number;
}

/** Whether workers can be started here: their module has to be a file of this machine. */
export function canDecodeInWorkers(): boolean {
  return workerModule().protocol === "file:";
}

/** Threads that suit a machine: one less than its cores, for the thread that trains, and at most {@link MOST_WORKERS}. */
export function usualWorkers(cores: number = navigator.hardwareConcurrency): number {
  return Math.max(0, Math.min(MOST_WORKERS, cores - 1));
}

/** The worker's module stands beside this one, or its bundle beside the bundle. */
function workerModule(): URL {
  const suffix = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  return new URL(`decode_worker${suffix}`, import.meta.url);
}

/**
 * Makes a pool. Which thread prepares an image, and how many there are, changes neither bytes nor errors.
 *
 * A thread that ends by itself fails the images that it owed, and another takes its place.
 */
export function createDecodePool(
  { workers, start = () => new Worker(workerModule(), { type: "module", name: "decode" }) }: DecodePoolOptions,
): DecodePool {
  const hands: Hand[] = [], waiting: Order[] = [];
  let closed = false, scheduled = false;

  function hire(): Hand {
    const thread = start(), hand: Hand = { thread, owed: [], cost: 0 };
    thread.onmessage = (event) => {
      const group = hand.owed.shift()!, { images } = event.data as DecodeAnswer;
      group.forEach(({ cost, resolve, reject }, i) => {
        const image = images[i]!;
        hand.cost -= cost;
        if ("bytes" in image) resolve(image);
        else reject(restoreError(image));
      });
      handOut();
    };
    thread.onerror = (event) => {
      event.preventDefault();
      dismiss(hand, event.message);
    };
    thread.onmessageerror = () => dismiss(hand, "its answer could not be read");
    hands.push(hand);
    return hand;
  }

  function dismiss(hand: Hand, reason: string): void {
    const place = hands.indexOf(hand);
    if (place < 0) return;
    hands.splice(place, 1);
    hand.thread.terminate();
    const error = new Error(
      `Cannot prepare images: a decoding thread ended (${reason}), wanted it to go on; --workers 0 decodes without threads`,
    );
    for (const { reject } of hand.owed.flat()) reject(error);
    handOut();
  }

  /** The thread that owes least, a new one where all are busy and there may be more; `undefined` where all owe enough. */
  function freeHand(cost: number): Hand | undefined {
    let least = hands[0];
    for (const hand of hands) if (hand.cost < least!.cost) least = hand;
    if (hands.length < workers && (!least || least.cost > 0)) return hire();
    return least && (least.cost === 0 || least.cost + cost <= OWED) ? least : undefined;
  }

  function handOut(): void {
    scheduled = false;
    while (waiting.length > 0 && !closed) {
      let hand: Hand | undefined;
      try {
        hand = freeHand(waiting[0]!.cost);
      } catch (error) {
        const told = new Error(`Cannot start a decoding thread: ${(error as Error).message}; try --workers 0`, {
          cause: error,
        });
        return waiting.splice(0).forEach(({ reject }) => reject(told));
      }
      if (!hand) return;
      const group: Order[] = [];
      while (waiting.length > 0 && group.length < GROUP) {
        const { cost } = waiting[0]!;
        if (hand.cost > 0 && hand.cost + cost > OWED) break;
        hand.cost += cost;
        group.push(waiting.shift()!);
      }
      send(hand, group);
    }
  }

  function prepare(file: ImageFile, preparation: Preparation): Promise<PreparedImage> {
    if (closed) return Promise.reject(closedError());
    const size = imageSize(file.bytes);
    // What cannot be measured cannot be decoded: the error is made here.
    if (workers < 1 || !size || size.width * size.height < WORTH) return prepareImage(file, preparation);
    return new Promise((resolve, reject) => {
      waiting.push({ file, preparation, cost: size.width * size.height * 3, resolve, reject });
      // Images that are asked for together go out together.
      if (!scheduled) scheduled = true, queueMicrotask(handOut);
    });
  }

  function close(): void {
    closed = true;
    const left = [...hands.flatMap(({ owed }) => owed.flat()), ...waiting.splice(0)];
    for (const { thread } of hands.splice(0)) thread.terminate();
    for (const { reject } of left) reject(closedError());
  }

  return { prepare, close };
}

function send({ thread, owed }: Hand, group: Order[]): void {
  const { views, buffer } = packBytes(group.map(({ file }) => file.bytes));
  const request: DecodeRequest = {
    images: group.map(({ file: { landmarks, ...rest }, preparation }, i) => ({
      // A view would take all that it is a view of along.
      file: { ...rest, bytes: views[i]!, ...landmarks ? { landmarks: landmarks.slice() } : {} },
      preparation,
    })),
  };
  owed.push(group);
  thread.postMessage(request, [buffer]);
}

function closedError(): Error {
  return new Error("Cannot prepare images: the threads that decode have been ended, wanted them to be at work");
}
