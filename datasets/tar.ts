/**
 * The members of tar archives: old, ustar, pax and GNU headers, read in windows.
 *
 * Own code, since random access needs nothing but where each member lies: streaming parsers hand every member's content
 * through and tell no offsets.
 *
 * Source: https://www.gnu.org/software/tar/manual/html_node/Standard.html and POSIX pax,
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 *
 * @module
 */
import type { Files } from "./files.ts";
import { isChecksumRight, parsePax, textField, wholeNumber } from "./tar_fields.ts";

/** One regular file of an archive. */
export interface TarMember {
  /** Its path. */
  readonly path: string;
  /** Offset of its content. */
  readonly start: number;
  /** Size of its content in bytes. */
  readonly size: number;
  /** Its content, where it was asked for. */
  readonly content?: Uint8Array;
}

const BLOCK = 512, WINDOW_BYTES = 2 ** 18, MAX_CONTENT = 2 ** 20;

/** Types of members that are passed over: links, devices, folders, queues. */
const PASSED_OVER = new Set(["1", "2", "3", "4", "5", "6"]);

/**
 * Lists the regular files of an archive, some at a time. Contents are skipped where they are larger than a window.
 *
 * @param wanted Which members' contents are given, up to 1 MiB each.
 * @throws {SyntaxError} if the archive is damaged, cut off, packed or sparse, with the byte offset.
 */
export async function* readTar(
  path: string,
  files: Files,
  wanted: (path: string) => boolean = () => false,
): AsyncGenerator<readonly TarMember[]> {
  const end = await files.size(path);
  const damaged = (at: number, found: string) =>
    new SyntaxError(`Cannot read "${path}" at byte ${at}: ${found}, a whole tar archive is wanted`);
  let window: Uint8Array = new Uint8Array(0), windowStart = 0, members: TarMember[] = [];
  const inWindow = (start: number, length: number): Uint8Array | undefined =>
    start >= windowStart && start + length <= windowStart + window.length
      ? window.subarray(start - windowStart, start - windowStart + length)
      : undefined;
  const load = async (start: number, length: number): Promise<Uint8Array> => {
    if (start + length > end) throw damaged(start, `it ends at byte ${end}, before byte ${start + length}`);
    window = await files.read(path, { start, length: Math.min(Math.max(length, WINDOW_BYTES), end - start) });
    windowStart = start;
    return window.subarray(0, length);
  };
  let longName: string | undefined, pax: ReadonlyMap<string, string> | undefined;
  for (let at = 0; at < end;) {
    let block = inWindow(at, BLOCK);
    if (!block) {
      if (members.length > 0) yield members;
      members = [], block = await load(at, BLOCK);
    }
    if (block.every((byte) => byte === 0)) {
      if (longName !== undefined || pax) throw damaged(at, "it ends after a header that names the next member");
      if (members.length > 0) yield members;
      return;
    }
    if (!isChecksumRight(block)) throw damaged(at, "a header does not match its checksum");
    const type = String.fromCharCode(block[156]!), paxSize = pax?.get("size");
    const size = paxSize === undefined ? wholeNumber(block.subarray(124, 136)) : Number(paxSize);
    if (size === undefined || !Number.isSafeInteger(size) || size < 0) throw damaged(at, "a header has no sound size");
    const start = at + BLOCK, next = start + Math.ceil(size / BLOCK) * BLOCK;
    if (start + size > end) throw damaged(at, `its member of ${size} bytes runs past the end at ${end}`);
    const content = async (): Promise<Uint8Array> => {
      if (size > MAX_CONTENT) throw damaged(at, `a member of ${size} bytes, at most ${MAX_CONTENT} are wanted here`);
      return inWindow(start, size) ?? await load(start, size);
    };
    at = next;
    if (type === "L") {
      longName = textField(await content());
      continue;
    }
    if (type === "x") {
      pax = parsePax(await content());
      if (!pax) throw damaged(start, "its pax header is damaged");
      if ([...pax.keys()].some((key) => key.startsWith("GNU.sparse"))) throw damaged(start, "a sparse member");
      continue;
    }
    if (type === "K" || type === "g") continue;
    const name = pax?.get("path") ?? longName ?? headerName(block);
    longName = pax = undefined;
    if (PASSED_OVER.has(type) || name.endsWith("/")) {
      // They hold nothing, whatever their size says.
      at = start;
      continue;
    }
    if (type !== "0" && type !== "\0" && type !== "7") {
      throw damaged(start - BLOCK, `a member of type ${JSON.stringify(type)}, which is not read`);
    }
    const member = { path: name.replace(/^(\.\/)+/, ""), start, size };
    members.push(wanted(member.path) ? { ...member, content: (await content()).slice() } : member);
  }
  throw damaged(end, "it ends without the block of zeros that ends an archive");
}

/** The name that a header holds by itself; ustar has the beginning of a long one in a field of its own. */
function headerName(block: Uint8Array): string {
  const name = textField(block.subarray(0, 100)), magic = textField(block.subarray(257, 263));
  const prefix = magic === "ustar" ? textField(block.subarray(345, 500)) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}
