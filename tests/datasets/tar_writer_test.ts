import { assertEquals, assertThrows } from "@std/assert";
import { TAR_END, tarMember } from "../../datasets/mod.ts";
import { membersOf } from "./tar_members.ts";

Deno.test("tarMember() writes blocks, and refuses names that do not fit", () => {
  const archive = [tarMember("a.txt", new Uint8Array(513).fill(1)), tarMember("b", new Uint8Array()), TAR_END];
  assertEquals(archive.map(({ length }) => length), [1536, 512, 1024]);
  const whole = new Uint8Array(3072);
  whole.set(archive[0]!), whole.set(archive[1]!, 1536);
  assertEquals(membersOf(whole), [["a.txt", new Uint8Array(513).fill(1)], ["b", new Uint8Array()]]);
  assertThrows(() => tarMember("é".repeat(51), new Uint8Array()), RangeError, "a name of 100 bytes at most");
});
