import { TranscriptWriter } from "../../src/transcripts/store/writer.ts";
import { ending, noon, turn } from "./transcripts.ts";

/** Asks questions with a picture each, which no other has, until it is killed. Arguments: the path of the transcript. */
const writer = TranscriptWriter.append(process.argv[2]!);
for (let count = 0; ; count++) {
  const bytes = Buffer.alloc(100_000, `${count} `);
  const image = { name: `${count}.png`, url: `data:image/png;base64,${bytes.toString("base64")}` };
  writer.begin(turn("look", { images: [image] }));
  writer.picture({ type: "image", ...image }, {}, noon);
  writer.end(ending());
  if (count === 3) process.stdout.write("begun\n");
}
