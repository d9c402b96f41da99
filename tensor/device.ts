/**
 * Errors of the WebGPU device. WebGPU reports a kernel that it cannot run to the device, not to the caller, and the
 * kernel's output stays zero: whoever reads results asks here whether they can be believed.
 *
 * @module
 */
import { tf } from "./tf.ts";

/** The parts of a WebGPU device that are used here. */
interface Device {
  addEventListener(type: "uncapturederror", listener: (event: { error: { message: string } }) => void): void;
  readonly lost: Promise<{ reason: string; message: string }>;
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
