/**
 * Headless Chromium for tests; Debian's, or one that is on the path.
 *
 * @module
 */
import type { Browser } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const path = PATHS.find(isFile);
const mayRun = Deno.permissions.querySync({ name: "run" }).state === "granted";

/** Why no test runs in Chromium here; `undefined` where they do. */
const lacking = path === undefined ? "Debian's chromium" : mayRun ? undefined : "--allow-run";

/** WebGPU by Chromium's own software adapter. */
const WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/**
 * Registers a test in Chromium; where it cannot be started the test is skipped, and its name says so.
 *
 * @param webgpu Whether the test computes on WebGPU.
 */
export function testInChromium(name: string, test: (browser: Browser) => Promise<void>, webgpu = false): void {
  Deno.test({
    name: lacking === undefined ? name : `${name} (needs ${lacking})`,
    ignore: lacking !== undefined,
    // Playwright's pipes to the browser outlive the call that closes it by a moment.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const { chromium } = await import("playwright-core");
      const browser = await chromium.launch({
        executablePath: path!,
        args: [...FLAGS, ...webgpu ? WEBGPU : ["--disable-gpu"]],
      });
      try {
        await test(browser);
      } finally {
        await browser.close();
      }
    },
  });
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
