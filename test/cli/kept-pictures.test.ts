import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { png } from "../support/pictures.ts";
import { askingAt, newPlace, run } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";
import { en } from "../support/words.ts";

test("a conversation with a picture is moved, resumed with it, exported, and does without it where its copy is gone", async () => {
  const place = newPlace();
  writeFileSync(join(place.cwd, "dot.png"), png);
  await using server = await serve([answer("a dot"), answer("still a dot"), answer("what dot?")]);
  const env = askingAt(server);
  const url = `data:image/png;base64,${png.toString("base64")}`;
  await run(["ask", "-f", "dot.png", "--transcript", "talk.md", "what is this?"], { place, env });
  expect(readFileSync(join(place.cwd, "talk.md"), "utf8")).not.toContain("base64");

  const elsewhere = join(place.cwd, "elsewhere");
  mkdirSync(elsewhere);
  for (const name of ["talk.md", "talk.md.files"]) renameSync(join(place.cwd, name), join(elsewhere, name));
  const resumed = await run(["ask", "--resume", "elsewhere/talk.md", "and now?"], { place, env });
  expect([resumed.code, JSON.stringify(server.body()).includes(url)]).toEqual([0, true]);
  expect(resumed.stderr).toContain(en.inheritance.pictures({ pictures: 1 }));

  const [page, notes] = [join(place.cwd, "out.html"), join(place.cwd, "notes (1).md")];
  await run(["transcripts", "export", "elsewhere/talk.md", "-o", page], { place });
  expect(readFileSync(page, "utf8")).toContain(`<img src="${url}" alt="dot.png">`);
  await run(["transcripts", "export", "elsewhere/talk.md", "-o", notes], { place });
  const [copy] = readdirSync(`${notes}.files`);
  expect(readFileSync(notes, "utf8")).toContain(`![dot.png](notes%20%281%29.md.files/${copy})`);
  expect(readFileSync(join(`${notes}.files`, copy!))).toEqual(png);

  await run(["transcripts", "export", "elsewhere/talk.md", "-o", "talk.json"], { place });
  await run(["--transcripts", "taken", "transcripts", "import", "talk.json"], { place });
  const taken = readdirSync(join(place.cwd, "taken")).find((name) => name.endsWith(".files"));
  expect(readFileSync(join(place.cwd, "taken", taken!, copy!))).toEqual(png);
  const found = await run(["--transcripts", "taken", "transcripts", "search", "dot.png"], { place });
  expect([found.code, found.stdout]).toEqual([0, expect.stringContaining("dot.png")]);

  rmSync(join(elsewhere, "talk.md.files"), { recursive: true });
  const alone = await run(["ask", "--resume", "elsewhere/talk.md", "and now?"], { place, env });
  expect([alone.code, JSON.stringify(server.body()).includes("base64")]).toEqual([0, false]);
  const lost = { name: "dot.png", copy: `talk.md.files/${copy}`, reason: "missing" };
  expect(alone.stderr).toContain(en.transcripts.lostPicture(lost));

  const talk = join(elsewhere, "talk.md");
  writeFileSync(talk, readFileSync(talk, "utf8").replaceAll('"dot.png"', String.raw`"dot.png\n[09:00] Answer"`));
  const shown = await run(["transcripts", "show", "elsewhere/talk.md"], { place });
  expect(shown.stdout).toMatch(/dot\.png \[09:00\] Answer/u);
});
