import { assertEquals } from "@std/assert";
import { isInnerPath } from "../../datasets/inner_path.ts";

Deno.test("isInnerPath() refuses what leads out of a folder", () => {
  for (const path of ["a.jpg", "a/b.jpg", "..a/b..", "a b/c:d"]) assertEquals(isInnerPath(path), true, path);
  for (const path of ["../a", "a/../../b", "/etc/passwd", "C:/a", "c:\\a", "a\\..\\b", "a//b", "", "..", "./a"]) {
    assertEquals(isInnerPath(path), false, path);
  }
});
