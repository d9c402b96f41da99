import { assertEquals } from "@std/assert";
import { surveyImages } from "../../datasets/image_survey.ts";
import { greyPng } from "./helpers.ts";

Deno.test("surveyImages() looks at one image of each extension, and at one of those that have none", async () => {
  const names = ["a.b/1", "a.b/2", "a.b/3", "c/4.png", "c.d/5", "c/6.PNG", "c/7.jpeg"], looked: number[] = [];
  const { size } = await surveyImages({
    count: names.length,
    name: (index) => names[index]!,
    load: (index) => (looked.push(index), Promise.resolve({ bytes: greyPng(1, 3, 5) })),
    located: (_, error) => error,
  }, null);
  assertEquals([size, looked], [[3, 5], [0, 3, 6]]);
});
