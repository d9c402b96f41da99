/**
 * A thread that prepares images: started by `decode_pool.ts`.
 *
 * @module
 */
import { type PreparedImage, prepareImage } from "../datasets/preparation.ts";
import {
  type DecodeAnswer,
  type DecodeFailure,
  type DecodeRequest,
  describeFailure,
  packBytes,
} from "./decode_messages.ts";

/** What a worker sees of its own thread; the types of programs have no name for it. */
interface WorkerThread {
  onmessage: ((event: MessageEvent<DecodeRequest>) => void) | null;
  postMessage(message: unknown, transfer?: Transferable[]): void;
}

const thread = globalThis as unknown as WorkerThread;

async function answer({ images }: DecodeRequest): Promise<void> {
  const prepared: (PreparedImage | DecodeFailure)[] = [];
  for (const { file, preparation } of images) {
    prepared.push(await prepareImage(file, preparation).catch(describeFailure));
  }
  const made = prepared.filter((one) => "bytes" in one);
  const { views, buffer } = packBytes(made.map(({ bytes }) => bytes));
  let at = 0;
  const told: DecodeAnswer = {
    images: prepared.map((one) => "bytes" in one ? { ...one, bytes: views[at++]! } : one),
  };
  thread.postMessage(told, [buffer]);
}

let last = Promise.resolve();
// One after the other, so that answers keep the order of the requests.
thread.onmessage = ({ data }) => void (last = last.then(() => answer(data)));
