import { sayBudget } from "../../terminal/answer-notes.ts";
import { loadFileWords, loadUploadWords } from "../../words/load.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import type { Books } from "../usage/books.ts";
import { askExcess } from "../usage/excess-question.ts";
import { UnitMeter } from "../usage/unit-meter.ts";
import { DocumentDesk } from "./document-desk.ts";
import { UploadStore } from "./upload-store.ts";

/** Opens what makes documents ready. @param release lends the terminal to a question */
export async function openDesk(
  engine: Engine,
  console: Console,
  books: Books,
  release: () => void,
): Promise<DocumentDesk> {
  const [words, uploads] = await Promise.all([loadFileWords(engine.language), loadUploadWords(engine.language)]);
  const meter = new UnitMeter({
    engine,
    books,
    mayExceed: async (error) => {
      release();
      return await askExcess(console, error);
    },
    onWarnings: (warnings) => sayBudget(console.terminal, console.words, { warnings }),
  });
  return new DocumentDesk({ engine, console, words, uploads, store: new UploadStore(engine.folders), meter, release });
}
