/**
 * Errors of the WebGPU device. WebGPU reports a kernel that it cannot run to the device, not to the caller, and the
 * kernel's output stays zero: whoever reads results asks here whether they can be believed.
 *
 * @module
 */
import { type Tensor, tf } from "./tf.ts";

/** The parts of a WebGPU device that are used here. */
interface Device {
  addEventListener(type: "uncapturederror", listener: (event: { error: { message: string } }) => void): void;
  readonly lost: Promise<{ reason: string; message: string }>;
  readonly queue: { onSubmittedWorkDone(): Promise<void> };
}

/** How tfjs's WebGPU backend holds work back. */
interface WebgpuQueue {
  readonly device: Device;
  readonly commandEncoder: unknown;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

const watched = new WeakSet<Device>();
let failure: string | undefined;

/** Listens to the device of the current WebGPU backend. */
export function watchDevice(): void {
  const { device } = tf.backend() as unknown as { device: Device };
  if (watched.has(device)) return;
  watched.add(device);
  device.addEventListener("uncapturederror", ({ error }) => failure ??= error.message);
  device.lost.then(({ reason, message }) => {
    if (reason !== "destroyed") failure ??= `device lost: ${message}`;
  });
}

/**
 * Fails if the device reported an error since the last call.
 *
 * @throws {Error} with the device's message.
 */
export function checkDevice(): void {
  if (failure === undefined) return;
  const message = failure;
  failure = undefined;
  throw new Error(`Cannot trust the results of the WebGPU device, it reported: ${message}`);
}

/** Steps that may be on their way to the device. */
const QUEUED = 2;
const queued: Promise<void>[] = [];

/** Marks the end of a step; waits while more than {@link QUEUED} steps are on their way to a WebGPU device. */
export async function settleDevice(): Promise<void> {
  if (tf.getBackend() !== "webgpu") return;
  const backend = tf.backend() as unknown as WebgpuQueue;
  backend.endComputePassEncoder();
  if (backend.commandEncoder) backend.submitQueue();
  queued.push(backend.device.queue.onSubmittedWorkDone());
  if (queued.length > QUEUED) await queued.shift();
}

/** Uploads a tensor to a WebGPU device at once; by itself tfjs waits until a kernel wants it. Does nothing elsewhere. */
export function uploadNow({ dataId }: Tensor): void {
  if (tf.getBackend() === "webgpu") (tf.backend() as unknown as { uploadToGPU(id: object): void }).uploadToGPU(dataId);
}
