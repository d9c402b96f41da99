/**
 * Makes tests/fixtures/bin_written.json: the SHA-256 of verification sets as our own writer gives them. No other program
 * writes these bytes; a digest is pinned after Python has read the file, by `pickle.loads(data, encoding="bytes")`, and
 * protocol 4 by `pickle.loads(data)` as well, and found in it what was put there.
 *
 *     deno run -A tests/oracle/bin_written.ts      (needs python3)
 */
import { encodeVerificationBin } from "../../datasets/mod.ts";
import { createHash } from "node:crypto";

const CHECK = `
import base64, json, pickle, sys
want = json.loads(sys.stdin.readline())
data = base64.b64decode(sys.stdin.readline())
ways = [dict(encoding="bytes")] + ([{}] if want["protocol"] == 4 else [])
for way in ways:
    bins, issame_list = pickle.loads(data, **way)
    assert type(bins) is list and type(issame_list) is list
    assert bins == [base64.b64decode(image) for image in want["images"]] * want["repeat"]
    assert issame_list == [pair % 3 == 0 for pair in range(len(bins) // 2)]
    assert all(type(value) is bool for value in issame_list)
print("read", len(bins))
`;

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
const small = [Uint8Array.of(), Uint8Array.of(0, 10, 255)];
const large = [255, 256, 300, 1].map((length) => new Uint8Array(length).map((_, i) => i * 7));
const cases = [
  { name: "small images", images: small, repeat: 1 },
  { name: "short and long images", images: large, repeat: 1 },
  { name: "more than a batch of images", images: small, repeat: 1003 },
  { name: "no images", images: [], repeat: 1 },
];
const out: unknown[] = [];
for (const protocol of [2, 4] as const) {
  for (const { name, images, repeat } of cases) {
    const files = Array.from({ length: repeat }, () => images).flat();
    const same = Array.from({ length: files.length / 2 }, (_, pair) => pair % 3 === 0);
    const parts = await Array.fromAsync(encodeVerificationBin(files, same, { protocol }));
    const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
    const known = { name, protocol, images: images.map(base64), repeat };
    const child = new Deno.Command("python3", { args: ["-c", CHECK], stdin: "piped" }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${JSON.stringify(known)}\n${base64(bytes)}\n`));
    await writer.close();
    if (!(await child.status).success) throw new Error(`Cannot go on: Python does not read ${name}`);
    out.push({ ...known, sha256: createHash("sha256").update(bytes).digest("hex") });
  }
}
Deno.writeTextFileSync(
  new URL("../fixtures/bin_written.json", import.meta.url),
  `${JSON.stringify(out, null, 1)}\n`,
);
