import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gif, jpeg, png } from "../support/pictures.ts";
import { askingAt, newPlace, run } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { hasProgram } from "../support/system-programs.ts";
import { answer } from "../support/wire.ts";

interface Part {
  readonly image_url?: { readonly url: string };
}

/** What a telephone and the programs after it write into a photograph. */
const written = [
  "-GPSLatitude=31.2304",
  "-GPSLatitudeRef=N",
  "-GPSLongitude=121.4737",
  "-GPSLongitudeRef=E",
  "-Make=Pineapple",
  "-Model=Pineapple 17",
  "-SerialNumber=X123",
  "-Software=Pineapple 1",
  "-DateTimeOriginal=2026:11:27 08:00:00",
  "-XMP:Creator=Somebody",
  "-IPTC:By-line=Somebody",
  "-Comment=Somebody",
  "-Orientation#=6",
];

/** What exiftool tells of files, without what it takes from the file's name and from the picture itself. */
function told(paths: readonly string[]): string[] {
  const text = execFileSync("exiftool", ["-json", "-a", "-u", "-G1", ...paths], { encoding: "utf8" });
  const files = JSON.parse(text) as Readonly<Record<string, unknown>>[];
  const names = files.flatMap((file) => Object.keys(file));
  return names.filter((name) => !/^(?:SourceFile|(?:System|File|ExifTool|JFIF|PNG|GIF|Composite):)/u.test(name));
}

test.skipIf(!hasProgram("exiftool"))(
  "nothing that exiftool knows of a photo leaves the machine but its orientation",
  async () => {
    await using server = await serve([answer("seen")]);
    const place = newPlace();
    const sources = Object.entries({ "photo.jpg": jpeg, "shot.png": png, "loop.gif": gif });
    for (const [name, bytes] of sources) writeFileSync(join(place.cwd, name), bytes);
    const paths = sources.map(([name]) => join(place.cwd, name));
    execFileSync("exiftool", ["-q", "-m", "-overwrite_original", ...written, ...paths]);
    expect(told(paths)).toEqual(
      expect.arrayContaining(["GPS:GPSLatitude", "IFD0:Make", "XMP-dc:Creator", "IPTC:By-line"]),
    );

    const args = ["ask", "--no-transcript", ...paths.flatMap((path) => ["-f", path]), "look"];
    const { code } = await run(args, { place, env: askingAt(server) });
    expect(code).toBe(0);
    const [message] = server.body()["messages"] as { content: Part[] }[];
    const urls = message!.content.flatMap(({ image_url: image }) => (image === undefined ? [] : [image.url]));
    const sent = urls.map((url, index) => {
      const path = join(place.home, `sent-${index}`);
      writeFileSync(path, Buffer.from(url.slice(url.indexOf(",") + 1), "base64"));
      return path;
    });
    expect(sent).toHaveLength(3);
    expect(told(sent)).toEqual(["IFD0:Orientation", "IFD0:Orientation"]);
    expect(server.requests[0]!.text).not.toMatch(/Somebody|Pineapple/u);
  },
);
