import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pictureSource } from "../../../src/app/batch/item-picture.ts";
import { newPlace } from "../../support/program.ts";
import { png } from "../../support/pictures.ts";

test("a line's picture is read from the working folder alone, by no link to another place", () => {
  const { home } = newPlace();
  const folder = join(home, "work");
  mkdirSync(folder);
  writeFileSync(join(folder, "in.png"), png);
  writeFileSync(join(home, "out.png"), png);
  symlinkSync(join(home, "out.png"), join(folder, "link.png"));
  const source = pictureSource({ workingFolder: folder });
  expect(source("in.png")).toBe(`data:image/png;base64,${png.toString("base64")}`);
  for (const path of ["../out.png", join(home, "out.png"), "link.png"]) {
    expect(() => source(path)).toThrow(expect.objectContaining({ fault: "picture_outside" }));
  }
  expect(() => source("none.png")).toThrow(expect.objectContaining({ fault: "bad_picture" }));
});
